"""The two steps of an upload, files.getUploadURLExternal and files.completeUploadExternal; and files.info."""

import mimetypes

from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message, User
from sandbox.mrkdwn import normalise
from sandbox.webapi.posting import publish_message, thread_of
from sandbox.webapi.registry import Call, method
from sandbox.world import World


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Json:
    name = call.required("filename")
    length = call.number("length", 0, 1_000_000_000)
    if not length:
        raise call.missing("length")
    file_id = call.world.state.new_id("F")
    call.world.uploads[file_id] = {"name": name, "length": length, "content": None}
    return {"upload_url": f"{call.world.url}/upload/{file_id}", "file_id": file_id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Json:
    world = call.world
    files = call.structure("files", "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise call.missing("files")
    shared = [_finished(call, entry) for entry in files]
    if reference := (call.text("channel_id") or call.text("channels")):
        channel = world.state.channels.get(reference)
        if channel is None or (channel.kind != "channel" and world.state.bot.id not in channel.members):
            raise SlackError("channel_not_found")
        if channel.archived:
            raise SlackError("is_archived")
        if world.state.bot.id not in channel.members:
            raise SlackError("not_in_channel")
        message = world.state.post(
            Message(
                channel=channel.id,
                ts=world.state.next_ts(),
                user=world.state.bot.id,
                text=normalise(call.text("initial_comment")),
                files=shared,
                thread_ts=thread_of(world, channel, call.text("thread_ts")),
                by_app=True,
                subtype="file_share",
            )
        )
        publish_message(world, channel, message)
    return {"files": shared}


@method("files.info", "files:read")
def info(call: Call) -> Json:
    """What is known of a file that stands in a conversation of the app's, or was given to it in a form."""
    upload = call.world.uploads.get(call.required("file"))
    shared = (upload or {}).get("shared")
    if shared is None:
        raise SlackError("file_not_found")
    return {"file": shared, "comments": [], "content": ""}


def dropped(world: World, channel: Channel, user: User, name: str, content: bytes) -> Json:
    """Keep a file that a person drops into a conversation; returns its object."""
    return _uploaded(world, user, name, content, [channel.id])


def given(world: World, user: User, name: str, content: bytes) -> Json:
    """Keep a file that a person gives to the app in a form; returns its object."""
    return _uploaded(world, user, name, content, [])


def _uploaded(world: World, user: User, name: str, content: bytes, directs: list[str]) -> Json:
    file_id = world.state.new_id("F")
    world.uploads[file_id] = {"name": name, "length": len(content), "content": content}
    shared = _file_json(world, file_id, name, user.id) | {"channels": [], "ims": directs, "groups": []}
    world.uploads[file_id]["shared"] = shared
    return shared


def _finished(call: Call, entry: object) -> Json:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    upload = call.world.uploads.get(str(file_id))
    if upload is None or not isinstance(entry, dict):
        raise SlackError("file_not_found")
    if upload["content"] is None or len(upload["content"]) != upload["length"]:
        raise SlackError("file_update_failed")
    shared = _file_json(call.world, str(file_id), upload["name"], call.world.state.bot.id)
    upload["shared"] = shared = shared | {"title": str(entry.get("title") or upload["name"])}
    return shared


def _file_json(world: World, file_id: str, name: str, user_id: str) -> Json:
    return {
        "id": file_id,
        "name": name,
        "title": name,
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": name.rpartition(".")[2] if "." in name else "text",
        "size": world.uploads[file_id]["length"],
        "user": user_id,
        "created": world.state.epoch(),
        "mode": "hosted",
        "url_private": f"{world.url}/files/{file_id}/{name}",
        "url_private_download": f"{world.url}/files/{file_id}/download/{name}",
    }

"""files.getUploadURLExternal and files.completeUploadExternal: the two steps of an upload."""

import mimetypes

from sandbox.errors import SlackError
from sandbox.model import Json, Message
from sandbox.mrkdwn import normalise
from sandbox.webapi.posting import publish_message, thread_of
from sandbox.webapi.registry import Call, method


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


def _finished(call: Call, entry: object) -> Json:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    upload = call.world.uploads.get(str(file_id))
    if upload is None or not isinstance(entry, dict):
        raise SlackError("file_not_found")
    if upload["content"] is None or len(upload["content"]) != upload["length"]:
        raise SlackError("file_update_failed")
    name = upload["name"]
    return {
        "id": file_id,
        "name": name,
        "title": str(entry.get("title") or name),
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": name.rpartition(".")[2] if "." in name else "text",
        "size": upload["length"],
        "user": call.world.state.bot.id,
        "created": call.world.state.epoch(),
        "mode": "hosted",
        "url_private": f"{call.world.url}/files/{file_id}/{name}",
        "url_private_download": f"{call.world.url}/files/{file_id}/download/{name}",
    }

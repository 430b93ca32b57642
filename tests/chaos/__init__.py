"""`make chaos`: replicas of the bot are killed, frozen and cut off while people work, and not a message may be lost."""

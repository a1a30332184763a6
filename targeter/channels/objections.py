"""What a finished text may not hold on its channel, apart from being too long."""

from collections.abc import Iterator

from targeter.channels.catalogue import Channel, channel_named
from targeter.channels.emoji import emoji
from targeter.channels.entities import entities, invalid_characters


def objections(text: str, channel: str | Channel = "x") -> tuple[str, ...]:
    """Return what speaks against sending this text, a sentence each; nothing if it may go.

    Length is ``lengths.fits``'s question. Raises ValueError for a name that is no channel.
    """
    channel = channel_named(channel)
    return tuple(_objections(text, channel))


def _objections(text: str, channel: Channel) -> Iterator[str]:
    if not text.strip():
        yield "the text is empty"
    refused = invalid_characters(text)
    if refused:
        points = ", ".join(f"U+{ord(character):04X}" for character in refused)
        yield f"{channel.name} refuses a text with {points}"
    held = [(entity.kind, entity.text) for entity in entities(text)]
    for kind, most in (
        ("link", channel.max_links),
        ("mention", channel.max_mentions),
        ("hashtag", channel.max_hashtags),
        ("cashtag", channel.max_cashtags),
    ):
        yield from _too_many(kind, [text for k, text in held if k == kind], most, channel)
    if channel.max_emoji is not None:
        yield from _too_many("emoji", emoji(text), channel.max_emoji, channel)


def _too_many(
    kind: str, found: list[str] | tuple[str, ...], most: int | None, channel: Channel
) -> Iterator[str]:
    if most is None or len(found) <= most:
        return
    several = kind if most == 1 or kind == "emoji" else f"{kind}s"
    allowed = f"no {several}" if most == 0 else f"at most {most} {several}"
    yield f"{channel.name} takes {allowed}, and the text holds {', '.join(found[:5])}"

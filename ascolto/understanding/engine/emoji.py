"""What emoji say, by the feeling that they mostly carry in messages to companies and in comments."""

from __future__ import annotations

HAPPY = frozenset(
    "😀😃😄😁😆😊🙂☺😇😌😋😎🤗🤩🥳🤠😺😸🥹🫠🤭😙😚😗👍👌🤙👏🙌🙏💪🤝✌🤞🫶🎉🎊🥂🍾🎈🎁🏆🥇🏅✨⭐🌟💫"
    "🔝💯🆗✅✔☀🌞🌈🌸🌹🌺🌻🌷💐🍀🦋🐣😛😜🤪😝🫡🙋"
)
LOVING = frozenset("❤🧡💛💚💙💜🤎🖤🤍🩷🩵🩶♥💕💖💗💓💞💘💝💟❣😍🥰😘😻💋💑💏👩🫂")
LAUGHING = frozenset("😂🤣😹😅💀☠")
SAD = frozenset("😢😭😞😔😟😕🙁☹😣😖😫😩🥺😥😓😰😨😧😦😮😿💔🥲😪🤕🤒😷🌧⛈😳🫤🫥🆘😱🙀😬🤦🤷👎❌✖🚫⛔📉🥀")
ANGRY = frozenset("😠😡🤬😤👿😾💢🖕👊🤮🤢💩🗑😈👺👹🔥⚠‼⁉❗🚨")
MOCKING = frozenset("🙃😏😒🙄🤡🤨🧐😑😐😶🥱🤔🤥🐍🐷🤑🫣🙈🤓💤🐌🐢")

# A flame is as often praise as wrath, a face with tears as often delight: the heads learn what each group is worth, and the words around
# decide the rest.
GROUPS: dict[str, frozenset[str]] = {
    "happy_emoji": HAPPY,
    "loving_emoji": LOVING,
    "laughing_emoji": LAUGHING,
    "sad_emoji": SAD,
    "angry_emoji": ANGRY,
    "mocking_emoji": MOCKING,
}
GROUP_OF: dict[str, str] = {emoji: name for name, group in GROUPS.items() for emoji in group}

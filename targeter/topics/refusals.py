"""How people refuse a thing by name, as RE2 patterns: what is a refusal, and what only looks so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from targeter.topics.mentions import Name, names

# A small grammar: `<part>` stands for a part named below, a blank for the space between two
# words, an apostrophe for any apostrophe or none. RE2 can't look around, so a refusal says in full
# what stands before and after the name: between the verb and the name only articles and
# adjectives, behind the name the end of a clause or a word that keeps the refusal whole. What isn't
# listed is no refusal: a missed one costs an opinion, a wrong one puts words in somebody's mouth.

_SPACE = r"[\t\p{Zs}*_\"“”#@]+"
_APOSTROPHE = "['’ʼ`´]?"

_PARTS: Mapping[str, str] = {
    "emoji": r"[\x{2600}-\x{27bf}\x{fe0f}\x{1f000}-\x{1faff}]",
    # Where a clause begins that says nothing of its subject: the writer speaks for themselves.
    "start": (
        r"(?:^|[.!?;:…–—()\n\r,]|<emoji>| -)[\s\p{Zs}\"“”*_]*"
        r"(?:(?:[@#][^\s.!?,:]+|rt|honestly|seriously|sorry|no|nope|nah|lol|tbh|imo|imho|oh|well"
        r"|ugh|omg|still|and|but|so|please|guys|friends|people|folks|everyone|also|yeah|yes|ok"
        r"|okay|hey|man|mate|dude|because|cos|advice|lesson learned|note to self|tip|warning"
        r"|basically),?:? )*"
    ),
    "me": r"\b(?:i|we)",
    # The writer, with or without a pronoun and an auxiliary. `do` is left out on purpose: "I do
    # not have one" refuses nothing.
    "writer": (
        "(?:<start>|<me>(?:'(?:d|ll|m|ve|re)| would| will| shall| have| am| are)? )<adverb>"
    ),
    "adverb": (
        "(?:(?:ever|even|really|honestly|actually|personally|again|just|definitely|simply|still"
        "|seriously|willingly|possibly|certainly|absolutely|truly|frankly|knowingly|literally"
        "|at all|for one|so much as|in a million years),? )*"
    ),
    "adjective": (
        "(?:bloody|damn|damned|stupid|crappy|crap|useless|rotten|lousy|sodding|flipping|freaking"
        r"|f[*u][^\s.!?]{1,8}|old|new|newest|latest|second|single|fancy|shiny|free|whole|cheap)"
    ),
    "a": (
        "(?:(?:a|an|the|any|another|one|one of|those|these|that|this|your|their|some|other|more"
        "|even|of|kind of|sort of|<adjective>) )*"
    ),
    "model": (
        "(?: (?:phones?|devices?|handsets?|mobiles?|smartphones?|products?|brand|stuff|things?"
        r"|pro|max|plus|mini|ultra|contracts?|[0-9][^\s.!?,]*))*"
    ),
    # What may follow the name. A question mark may not: who asks, refuses nothing.
    "end": (
        r"[\s\p{Zs}*_\"“”)]*(?:$|[.!,:;…)\n\r–—/&#-]|<emoji>|http|(?:lol|lmao|haha|thanks|thank you"
        r"|ok|okay|please|mate|man|guys|folks|sorry|tbh|imo|period|full stop)\b)"
    ),
    "follower": (
        "again|any ?more|any longer|ever|even|if|because|cause|cos|coz|since|as long as|after"
        "|for (?:free|nothing|anything|me|myself|any|all the|love nor|a (?:pound|dollar|penny)"
        "|good|an?|the rest|[$£€]?[0-9])|in (?:my|the house|this house|a million|any|20)"
        "|on (?:my worst|a bet)|to (?:anyone|anybody|my|our|any|you|save|people|friends"
        "|a friend)|with (?:a|that|all (?:the|its|their|this)|its|their|such|these|those)"
        "|at (?:all|any)|and (?:i|we|nor|never|no|that|nobody|its|the|all)|or (?:anything|any|a"
        "|an|the|its|their|whatever)|nor|when (?:i|there|you|they|everyone|its)|as (?:a gift"
        "|a present|they|it)|at all|whatsoever|n|years|months|since|not|no|now|this|that|they|it"
        "|its|i|im|we|you|is|are|was|which|so|though|over|instead|either|than|these|those|ffs"
        "|jesus|people|like ever|whatever"
    ),
    "after": r"<model>(?:<end>| (?:<follower>)\b)",
    "verb": (
        "(?:want|buy|take|have|own|use|touch|get|carry|accept|choose|pick|consider|recommend"
        "|trust|try|order|keep|wish|suggest|support|upgrade to|return to|settle for|pay for"
        "|go for|(?:switch|go|change|come|move)(?: back)? to|(?:go|come)(?: anywhere)? near"
        "|look at|bother with|put up with|deal with|do business with|be (?:caught"
        "|seen)(?: dead)? with|spend (?:money|a penny|a cent|another penny|another cent|my money"
        "|a pound|a dollar) on|waste (?:my |your |any )?(?:time|money)(?: and money)? on)"
    ),
    "doing": (
        "(?:wanting|taking|having|owning|using|carrying|accepting|choosing|considering"
        "|recommending|trusting|trying|keeping|coming back to|moving(?: back)? to|looking at"
        "|bothering with|putting up with|dealing with|<starting>)"
    ),
    # What nobody does by the way: "not buying one" is a decision, "not using one" may be chance.
    "starting": (
        "(?:buying|getting|touching|ordering|upgrading to|returning to|paying for|buying into"
        "|(?:switching|going|changing)(?: back)? to|going(?: anywhere)? near|falling for"
        "|(?:spending|wasting) (?:my |any |any more |more )?(?:time|money) on|having another)"
    ),
    "so": (
        "(?:(?:so|totally|completely|officially|finally|absolutely|utterly|beyond|just"
        "|well and truly) )*"
    ),
    "gap": r"[^.!?;\n]+\s",
    "dont": "(?:don't|do not|didn't|did not|no longer) <adverb>",
    "rather": "(?:much )?(?:rather|sooner|prefer) <gap>than ",
    "never again": (
        r"\bnever(?: ever)? again,?(?: (?:will i|would i|shall i|am i|will we|with)(?: ever)?)? "
    ),
    "no interest": (
        "(?:got )?(?:absolutely )?(?:no|zero|not the slightest) (?:interest in|desire for"
        "|intention of|wish for|desire to|wish to|intention to|time for) "
    ),
    "not into": "(?:not|never)(?: at all| in the least)? (?:interested in|a fan of|into|keen on) ",
}

# What refuses in the writer's name: before a verb, before its -ing, and right before the name.
_WRITER_VERB: tuple[str, ...] = (
    (
        "(?:(?:would |will |shall )?not|never|never will|never would|wouldn't|won't|shan't"
        "|rather not|sooner not|refuse to|flatly refuse to|no longer|(?:not |never "
        "|ain't )(?:ever )?(?:going to|gonna)|under no circumstances (?:would"
        "|will) <me>),? <adverb>(?:(?:want|wish|like|bother|agree) to )?"
    ),
    "<dont>(?:want to|wanna|plan to|intend to) ",
    "<rather>(?:ever )?",
    "(?:can't|cannot|can not|couldn't) bring myself to ",
    "<no interest>",
)
_WRITER_DOING: tuple[str, ...] = (
    "(?:never|never ever|done|through) <adverb>(?:be )?",
    "(?:not|won't|wouldn't) <adverb>(?:be|consider|think of|dream of) ",
    "regret(?:ted)? (?:ever )?",
    "<rather>",
    "<no interest>",
    "<not into>",
)
_WRITER_NAME: tuple[str, ...] = (
    "(?:not|ain't) <adverb>(?:be )?<starting> ",
    (
        "(?:don't|do not)(?: ever)?(?: again)? (?:buy|get|bother with|trust|go near|choose"
        "|switch to|go for|fall for|order|pay for|touch|waste (?:your )?(?:time|money) on) "
    ),
    "could never (?:ever )?(?:go back to|return to|switch to|use|own|live with|carry) ",
    "<dont>(?:want|like|trust|rate|care for|recommend|miss|believe in) (?:my )?",
    (
        "(?:not|won't|wouldn't|never)(?: ever)? (?:trade|swap|exchange|drop|give up|change"
        "|ditch) <gap>for "
    ),
    "<rather>(?:my )?",
    "<no interest>",
    "<not into>(?:my )?",
    (
        "<so>(?:done with|finished with|through with|sick of|sick and tired of|sick to death of"
        "|tired of|fed up with|fed up of|so over|over) (?:my )?"
    ),
    "<so>(?:had enough of|had it(?: up to here)? with|had my fill of) (?:my )?",
    "(?:can't|cannot|can not) <adverb>(?:stand|bear|abide|stomach|be doing with) (?:my )?",
    (
        "(?:(?:rather |sooner )?(?:take|choose|pick|have|use|buy"
        "|want) )?(?:literally )?(?:anything|any phone|any other phone"
        "|everything)(?: else)? (?:but|except|other than|over|before|rather than) "
    ),
    "wish i(?:'d| had)? never (?:bought|got|gotten|ordered|switched to|seen) (?:my )?",
    (
        "(?:should never have|should've never|should have never|shouldn't have|never should have"
        "|should not have) (?:bought|got|gotten|ordered|switched to|upgraded to|trusted) (?:my )?"
    ),
    (
        "(?:avoid|stay away from|stay clear of|steer clear of|keep away from|say no to|boycott"
        "|hard pass on|no thanks to|hell no to|no to|down with) "
    ),
    (
        "(?:boycotting|avoiding|swore off|sworn off|swearing off|steering clear of"
        "|staying away from) (?:my )?"
    ),
    (
        "(?:(?:finally|already|so|gladly|happily|now) )*(?:ditched|dumped|binned|got rid of"
        "|gotten rid of|ditching|dumping|binning|getting rid of|threw away|threw out"
        "|throwing away|broke up with|quit) (?:my )?"
    ),
)

# What refuses whoever stands before it.
_BEFORE_VERB: tuple[str, ...] = (
    r"\bno (?:way|chance) (?:in hell )?(?:that )?(?:i'd|i would|i will|i'll) (?:ever )?",
    "<never again>",
    (
        r"\b(?:couldn't|could not|can't|cannot|could) pay me(?: enough| a million"
        "| any amount)? to (?:ever |even )?"
    ),
    r"\bhave to (?:pay|force|drag) me (?:back )?to ",
    (
        r"\b(?:nothing|nobody|no one) (?:would|could|will|can)(?: ever)? (?:make|get|convince"
        "|persuade|talk) me(?: to| into)? <adverb>"
    ),
)
_BEFORE_DOING: tuple[str, ...] = (
    r"\bno (?:way|chance) (?:in hell )?(?:that )?(?:i'm|i am|am i|are we) (?:ever )?",
    "<never again>",
)
_BEFORE_NAME: tuple[str, ...] = (
    "<never again>",
    r"\b(?:you|they) (?:couldn't|could not|can't) give me ",
    (
        r"\b(?:wouldn't|won't|never) (?:ever )?(?:catch|see|find) me(?: dead)? (?:with|using"
        "|buying|owning|carrying|near) "
    ),
    r"\b(?:wouldn't|would not|never|won't) be (?:caught|seen)(?: dead)? (?:with|using|carrying) ",
    (
        r"\bcan(?:'t|not) wait (?:to|til i|until i) (?:can )?(?:ditch|dump|bin|get rid of"
        "|be rid of|see the back of|throw away|throw out|smash|bury|get off|leave) (?:my )?"
    ),
    (
        r"\b(?:glad|happy|relieved|thrilled|good) to (?:be rid of|see the back of|be shot of"
        "|get rid of|be done with|have ditched|be free of) (?:my )?"
    ),
    r"\bgood riddance,?(?: to)? (?:my )?",
    r"\bnot for me,? ",
    (
        r"\b(?:that|this)(?:'s|'ll be| is| was| will be)(?: definitely| hopefully)?(?: the"
        "| my)(?: first and)? last "
    ),
    r"\bmy (?:first and |very )last ",
    (
        r"\blast time (?:i|i'll|i will|we|we'll) (?:ever )?(?:buy|bought|get|got|trust|trusted"
        "|use|order|ordered|go for|pay for) "
    ),
    # German: only wordings that can hardly mean anything else.
    (
        r"\b(?:ich|wir) (?:will|möchte|mag|kaufe|nehme) (?:wirklich "
        "|echt )?(?:nie wieder ein(?:en)?|nie mehr ein(?:en)?|kein(?:en|e|s)?) "
    ),
    r"\b(?:nie wieder|nie mehr|niemals) (?:zu |ein |einen |eine |zurück zu )?",
    r"\b(?:nase|schnauze) (?:gestrichen )?voll von (?:meinem |dem )?",
    r"\blieber <gap>als (?:ein |einen |noch ein )?",
)

# The refusals that need a certain end behind the name, and those that begin with it.
_AROUND_NAME: tuple[str, ...] = (
    (
        "<start>no (?:more <a><name><model>(?: for (?:me|us)| ever| again| in my life)?<end>"
        r"|<name><model>,? (?:for (?:me|us)|in my house|in this house|thanks|thank you)\b)"
    ),
    (
        "(?:you|they) can (?:keep|stick|shove|stuff) (?:your|the|that|their|its"
        "|this) (?:<adjective> )*<name><model>(?: deals?| offers?| discounts?)?(?: (?:up"
        r"|where) [^.!?\n]*)?<end>"
    ),
    (
        "<start>(?:keep|stick|shove|stuff) (?:your|the|that|their|its"
        "|this) (?:<adjective> )*<name><model>(?: deals?| offers?"
        "| discounts?)?(?:[,.!;]? (?:i'll|i'm|thanks|no thanks|i don't|not interested|mate"
        r"|pal)\b| (?:up|where) )"
    ),
    (
        r"\bthe last <name><model> (?:i|i'll|i will|we|we'll|that i|i'd)(?: ever| will| would| am"
        r"| shall)* (?:buy|own|get|have|touch|use|going to|ever)\b"
    ),
    r"\bwant <a><name><model>\? (?:no|nope|nah|never|hell no|no way|no thanks)<end>",
)
_AFTER_NAME: tuple[str, ...] = (
    (
        r"<model>(?:[\s?!.,:;…–—-]| for (?:me|free)\b){1,6}(?:no,? thanks|no,? thank you"
        "|never again|never ever|no way|no chance|hell no|hard pass|not for me"
        r"|not in a million years|not if you paid me|not even (?:for free|as a gift|if [^.!?\n]*)"
        "|over my dead body|i'd rather not|nein,? danke|nie wieder|kommt mir nicht ins haus)<end>"
    ),
    (
        r"(?:<model>[?!.,:;…–—-]+ (?:[^\s.!?]+ )*| (?:[^\s.!?]+ )*)(?:i )?(?:would not|wouldn't"
        "|would never|i'd never|will never|i'll never|won't|don't|do not|never) <adverb>(?:want"
        "|take|buy|touch|use|accept|trust)(?: (?:one|it|that thing|them"
        "|any of them))(?: back)?<after>"
    ),
    (
        "<model> (?:is|are|was|were|'s|will be)?(?: just| really| simply| definitely)? ?(?:not"
        "|n't|never) (?:really )?(?:for (?:me|us)|my (?:thing|cup of tea)|an option)<end>"
    ),
    "<model>(?: is|'s| are) (?:so |officially )?dead to me<end>",
    ",? (?:you |it )?(?:will not|won't) be missed<end>",
    (
        r" can (?:just |all )?(?:bugger off|piss off|get lost|f[*u]\S+ off|go to hell|jog on"
        "|sod off|shove it|keep (?:it|them|their phones?|its phones?)|do one|get stuffed"
        r"|kiss my \w+)<end>"
    ),
    (
        ",? (?:has |have |had |you've |you have |you |just |they've )?(?:finally |officially "
        "|just )?lost (?:me|a customer|this customer|my business)(?: as a customer"
        "| for good)?<after>"
    ),
    "<model> (?:nicht mal |nicht einmal |nicht )geschenkt",
    "<model> (?:kommt mir nicht ins haus|kann mir gestohlen bleiben)",
)

# What takes a refusal back, wherever in the text it stands.
_EXCEPTIONS: tuple[str, ...] = (
    # told of the past or of others
    (
        r"\b(?:i|we) (?:used to |always |once |really )?(?:said|swore|thought|vowed|used to say"
        r"|believed|promised(?: myself)?|told \w+|never thought)(?: that)? (?:i|we)\b"
    ),
    (
        r"\b(?:says|said|tells? me|told me|reckons?|thinks|claims?|bets?|assumes?|pretend(?:ed"
        r"|ing)?)(?: that)? (?:i|we)(?:'d|'ll|'m| would| will| am| don't| wouldn't)\b"
    ),
    (
        r"\b(?:who|people|they|he|she|haters|those|everyone|ones) (?:\w+ )?(?:say|said|says"
        r"|saying|claim|claims|shout|scream|tweet|tweeting|think|thinks)\b"
    ),
    (
        r"\b(?:he|she|who|nobody|no one|everyone|brother|sister|wife|husband|mum|mom|dad|mother"
        "|father|friends?|boss|boyfriend|girlfriend|son|daughter|kids?|bloke|guy|colleagues?"
        r"|analysts?|critics|haters|people|company|teenagers?)\b[^.!?\n]*[,;:(–—-]\s*(?:and |but "
        "|so )?(?:would|will|won't|wouldn't|never|don't|do not|no longer|refuse|sick|tired|fed"
        r"|done|rather)\b"
    ),
    # not what is meant
    (
        "(?:not|n't|never|nor)(?: just| only| really| even| actually)? (?:that|because|saying"
        r"|say|mean|meant|as if|like|true|as though) (?:that )?(?:i|we|im|id)\b"
    ),
    r"(?:not|n't) (?:just|only|simply) (?:like|want|trust|love)\b",
    r"\b(?:if i said|if i say|lying|as if i)\b",
    r"\b(?:just|only) (?:kidding|joking)\b|\b(?:jk|j/k|april fools?)\b|\bnot!\s*$|\bsaid no one\b",
    (
        "(?:know|see|idea|imagine|think of|understand|asks?|asked|asking)(?: (?:any|a"
        r"|one))?(?: good)?(?: reason)? why (?:i|we|anyone|people)\b"
    ),
    r"\bwhy (?:would|do|did) (?:anyone|people|anybody|you|so many)\b",
    r"\b(?:don't|dont|not|never|no|zero) (?:\w+ )?regrets?\b",
    (
        r"(?:not|n't|never|no)(?: [^\s.!?]+)* (?:anything|any phone|nothing|everything"
        r"|any other phone)(?: else)? (?:but|except|other than)\b"
    ),
    (
        r"\b(?:when|once|after|if|until|till|before|as soon as) (?:i'm|i am|we're|you're"
        r"|im) (?:all )?(?:done|finished|through)\b"
    ),
    r"\bif it (?:wasn't|weren't|was not|were not|isn't) for\b",
    # taken back
    r"\bi (?:\w+ )?(?:love|adore) (?:it|mine|them)\b",
    (
        r"\bbut (?:then|now i|here i am|here we are|look at me|this one|i was wrong|i (?:love"
        r"|bought|got|might|may|miss|changed)|guess what|that changed|that was before|the new)\b"
    ),
    r"\b(?:changed my mind|i was wrong|proved me wrong|turns out i was|how wrong i was)\b",
    r"\b(?:and|but) (?:i )?(?:\w+ )?(?:miss|missing|regret) (?:it|that|them)\b",
    r"\bi (?:really |already |still |so |do )?miss (?:it|mine|my)\b",
    r"\bbig(?:gest)? mistake\b",
    r"\balready (?:got|have|gave|own|bought|ordered)\b",
    r"\b(?:stop|quit|leave|switch from|give up|lose|sell|without)\b[^.!?\n]*<name><model>\?",
    (
        "<name><model>,? (?:case|cover|charger|cable|app|shares?|stock|jokes?|haters?|fanboys?"
        r"|rumou?rs?|outages?|ads?|spam|users?|bashing)\b"
    ),
)

# The words' own patterns come last, so that nothing in them is read as grammar.
_MARKS: Mapping[str, str] = {"name": "\x00", "first": "\x01"}
_PLACEHOLDER = re.compile(r"<([\w ]+)>")


def refusal_patterns(words: Sequence[str]) -> tuple[str, ...]:
    """RE2 patterns one of which is found in an NFC text that refuses, in its writer's name, a word.

    A refusal stands around the name within one sentence: would not want, never again, done with,
    rather … than it, keep your …; in English, and a few wordings in German. Only where
    `refusal_exception_pattern` isn't found in the same text does it hold. They are several because
    RE2 is ten times slower once a pattern's automaton outgrows its memory.
    Raises ValueError as `mention_pattern` does.
    """
    found = names(words)
    by_writer = _refusing(_WRITER_VERB, _WRITER_DOING, _WRITER_NAME)
    by_anyone = _refusing(_BEFORE_VERB, _BEFORE_DOING, _BEFORE_NAME)
    around, behind = map("|".join, (_AROUND_NAME, _AFTER_NAME))
    return (
        _written_out(f"<writer>{by_writer}<a><name><after>", found),
        _written_out(f"{by_anyone}<a><name><after>", found),
        _written_out(around, found),
        _written_out(f"<first><name>(?:{behind})", found),
    )


def refusal_exception_pattern(words: Sequence[str]) -> str:
    """RE2 pattern found in texts whose refusal is reported, denied, a joke or taken back."""
    return _written_out("|".join(_EXCEPTIONS), names(words))


def _refusing(verbs: Sequence[str], doings: Sequence[str], bare: Sequence[str]) -> str:
    """One part of the grammar for all that refuses, up to the name."""
    before_verb, before_doing, before_name = map("|".join, (verbs, doings, bare))
    return f"(?:(?:(?:{before_verb})<verb>|(?:{before_doing})<doing>) (?:my )?|{before_name})"


def _written_out(grammar: str, found: Sequence[Name]) -> str:
    """The grammar as RE2 source, with the names in their places."""
    while match := _PLACEHOLDER.search(grammar):
        part = match.group(1)
        grammar = grammar.replace(match.group(), _PARTS.get(part) or _MARKS[part])
    name = f"(?:{'|'.join(n.words for n in found)})"
    spaced = _spaced(grammar).replace(_MARKS["name"], name).replace(_MARKS["first"], _first(found))
    return f"(?i:{spaced})"


def _first(found: Sequence[Name]) -> str:
    """What stands before a name that nothing else of the grammar precedes: any of the borders."""
    before = sorted({n.before for n in found})
    return f"(?:{'|'.join(before)})" if all(before) else ""


def _spaced(grammar: str) -> str:
    """Blanks outside of `[…]` become the space between words, apostrophes any apostrophe."""
    parts = re.split(r"(\[(?:\\.|[^\]\\])*\])", grammar)
    return "".join(
        part if part.startswith("[") else part.replace("'", _APOSTROPHE).replace(" ", _SPACE)
        for part in parts
    )

"""The words, phrases and signs that `sentiment` knows, each with its weight from -3 to 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Weight = TypeVar("Weight", int, float)

_WORDS = {
    3: """
    adore adored adores adoring amazed amazing amazingly awesome beautiful beautifully best
    bliss blissful breathtaking brilliant brilliantly delighted delightful ecstatic elated epic
    excellent exceptional exquisite extraordinary fab fabulous fantastic fantastically fave
    flawless gem genius glorious gorgeous heaven heavenly impeccable incredible incredibly
    legendary love loved loves luv magical magnificent marvellous marvelous masterpiece
    miraculous outstanding overjoyed perfect perfection perfectly phenomenal priceless
    sensational spectacular splendid stellar stunning sublime superb superbly terrific thrilled
    thrilling unbeatable unforgettable wonderful wonderfully wow yaay yay yayy
    """,
    2: """
    accomplished achieve achieved achievement admirable admire admired adorable affectionate
    amused amusing appealing appreciate appreciated appreciates appreciation attractive award
    awarded awards beauty beloved beneficial bestie blessed blessing blessings bravo bright
    captivating celebrate celebrated celebrates celebrating celebration champ champion champions
    charming cheerful cheers cherish classy comfy compelling congrats congratulate
    congratulations cool coolest courage courageous cute cutest cutie dazzling dearest delicious
    delight delights deserving dope dreamy eager elegant enchanting encouraging energetic enjoy
    enjoyable enjoyed enjoying enjoys enthusiastic excelled excited excitement excites exciting
    fascinated fascinating favorite favorites favourite favourites flattered fond friendly fun
    funnier funniest funny generous glad gladly glee good goodies goodness grateful gratitude
    great greater greatest greatly greatness grin grinning happier happiest happily happiness
    happy heartwarming helpful hero heroes heroic hilarious honored honoured hooray hurrah
    hurray ideal impress impressed impressive inspirational inspire inspired inspires inspiring
    invaluable joy joyful joyous jubilant kind kindly kindness kudos laugh laughed laughing
    laughs laughter legend legends likable likeable lit lmao lmfao loveliest lovely lover lovers
    loving loyal lucky memorable merry mesmerizing neat nice nicely nicer nicest optimistic
    paradise passionate playful pleasant pleased pleasing pleasure polite praise praised
    praising precious proud proudly pumped radiant recommend recommended recommends refreshing
    rejoice relaxing remarkable respect respected rewarding rock rocked rocking rocks rofl
    romantic satisfied satisfying sexy slay slayed slays smart smile smiled smiles smiling
    soothing stoked stylish succeed succeeded success successful successfully super supportive
    sweet sweetest sweetheart sweetie swell talented tasty thank thankful thanks thnx thoughtful
    thx treasure treasured treat triumph triumphant trustworthy ty upbeat uplifting vibrant
    victorious victory warmly warmth welcome welcoming whoop win winner winners winning wins
    wisdom witty won wonder wonders woo woohoo woot worthwhile yess yesss yum yummy
    """,
    1: """
    able accept accepted active adequate advance affordable agree agreed agrees alive approve
    approved approves awake awh aww awww benefit benefits better bless bonus boost boosted brave
    breeze calm care caring certain clean clear clever comfort comfortable confident convenient
    correct cosy cozy creative decent dedicated deserve deserved deserves dream dreams ease
    easier easiest easily easy effective efficient effortless elegance enhance enhanced fair
    faithful fancy faster fastest fine finest flexible free freedom fresh friend friends fulfil
    fulfilled gain gained gains gentle gift gifts glory grand haha hahaha hahahaha handsome
    handy haven heal healthy heart hearts help helped helping helps high honest honesty honor
    honour hope hopeful hopefully hopes hug hugs hyped idol important improve improved
    improvement improves improving innovative intelligent interested interesting intrigued keen
    liked likes lol luck luckily luxury mature meaningful miracle motivated nifty opportunity
    original peace peaceful pleasantly plus positive positively powerful prefer pretty privilege
    productive progress promising promote protect quality ready reassuring recover recovered
    relax relaxed reliable relief relieved resolved reward rich robust safe safely save saved
    saves secure sincere sleek smarter smooth smoothly solid solved special speedy star stars
    steady strong stronger strongest sunshine support supported supporting supports tidy top
    trust trusted truth unique united useful valuable value vivid warm wealth wise wish wishes
    worth worthy yep young
    """,
    -1: """
    abrupt absent addicted afraid against alas alone annoy anxious apathetic argue argued
    arguing argument ashamed avoid avoided awkward ban banned banning beg begging bias biased
    bizarre blah block blocked bother bothered bothering bothers bug bugs bump burden bye
    careless cheap cheesy chilly clash clumsy cold complaint complaints complicated concern
    concerned concerns confused confusing confusion controversial cost costly cringe criticise
    criticised criticism criticize criticized crowded cut cuts damn dang dark dated debt delay
    delayed delays demand denied denies deny desperate difficult difficulty dirty disagree
    dislike disliked dislikes distant doubt doubtful doubts drag drama drop dropped dull dumb
    enemies enemy error errors excuse excuses expensive exposed fault faulty fear fears fight
    fighting fights flimsy flop forget forgot forgotten fuss glitch glitches glitchy goodbye
    greedy guilty harder hassle hell hmm hmph hungry hurry ignorant ignore ignored ignores
    ignoring impatient impossible inconvenient indifferent insane interrupt interrupted invasion
    irrelevant isolated issue issues lack lacking lacks lag laggy lags lame late lazy leak
    leaked leaks limited lone lonely lose loses losing loss losses lost loud low meh mess messed
    mislead misleading miss missed misses missing mistake mistakes moan moody nah needy nervous
    noise noisy nope obsolete odd offline oops outage outages outdated overpriced overrated
    panic petty pity pointless poor poorly pressure problem problems protest protesters protests
    questionable quit rain rant refuse refused refuses regret regrets reject rejected resign
    resigned restless rip risk risky rough sarcastic scared scary scratched shame shock shocked
    shortage shut sigh silly sloppy slow slower slowest sneaky sorry spam stale steal stopped
    strange stress stressed stressful strict struggle struggled struggles struggling stuck
    suspicious tense tired tiring tough tragic trouble troubles ugh uncertain unclear
    uncomfortable uneasy unfair unfortunate unfortunately unhelpful unlucky unreliable unsure
    unwanted upset vague warn warned warning warnings weak weaker weird whine whining wrong yawn
    yikes
    """,
    -2: """
    abandon abandoned abysmal accuse accused accuses ache aching aggressive agony alarming anger
    angry annoyed annoying annoys anxiety appalled argh arrest arrested arrogant arse assault
    assaulted asshole assholes attack attacked attacking attacks backlash bad badly banal
    bastard battered betray betrayal betrayed bigot bigotry bigots bitch bitches bitter blame
    blamed blames bleak bogus bomb bombed bombing bombs boo bored boring boycott broke broken
    brutality bs bullied bullshit bully bullying burned cancer chaos chaotic cheat cheated
    cheater cheating clown clowns clueless collapse collapsed complain complained complaining
    complains con condemn condemned condemns corrupt corrupted corruption coward cowards crap
    crappy crash crashed crashes crashing crazy cried cries crime crimes criminal criminals
    cringey crisis crooked cruel crush crushed cry crying cunt damage damaged danger dangerous
    dead deadly death deaths deceit deceived deceptive defeat defeated defective degrading
    deplorable depressed depressing depression despair despicable destroy destroyed destroying
    destruction die died dies dire disappoint disappointed disappointing disappointment
    disappoints disaster disastrous discrimination disease disgrace disgusted dishonest dismal
    dismissed disrespect disrespectful disrupted dreaded dreadful dump dumped dying embarrass
    embarrassed embarrassing embarrassment evil exhausted exhausting fail failed failing fails
    failure failures fake falsely farce fat filthy flawed fool foolish fools foul frantic fraud
    freak freezes frightened frightening frustrated frustrating frustration fuck fucked fucker
    fuckin fucking furious garbage grief grim gross grumpy guilt harass harassed harassment harm
    harmful harsh hate hated hateful hater haters hates hating headache heartless hideous
    hopeless hostile humiliated humiliating hurt hurting hurts hypocrisy hypocrite hypocrites
    idiot idiotic idiots ill illegal illness immoral inadequate incompetence incompetent inept
    inferior infuriating injured injury insult insulted insulting insults intolerable invalid
    irresponsible irritated irritating jealous jerk joke junk kick kill killed killing kills
    liar liars lie lied lies loser losers ludicrous lying mad malicious mediocre miserable
    misery mock mocked moron morons murder murdered murderer nasty naughty negative neglect
    neglected nonsense nuisance obnoxious offend offended offensive ordeal outrage outraged
    overwhelmed pain painful painfully pains panicking paranoid pathetic pissed poison poisonous
    prejudice prison propaganda puke punish punished racism racist racists rage raging reckless
    resent resentment ridiculous rigged rotten rubbish rude ruin ruined ruining ruins sad sadder
    saddest sadly sadness savage scam scammed scammer scandal scream screaming screwed selfish
    severe sexist shady shambles shameful shameless shit shite shitty shoddy shooting sick
    sickening sin sinister slap slaughter smelly smug sob sobbing spite stab stabbed stain stink
    stinks stole stolen stupid stupidity suck sucked sucking sucks suffer suffered suffering
    suffers suicide tacky tears terror terrorism terrorist terrorists threat threaten threatened
    threatening threats toxic tragedy traitor trash trauma traumatic treason trolls ugly unable
    unacceptable unbearable unhappy unhealthy unimpressed unjust unpleasant unprofessional
    unsafe unstable unusable useless victim victims vile violence violent vomit vulgar war wars
    waste wasted wasting weep wicked worried worries worry worrying worse worthless wound
    wounded wreck wrecked wtf yuck
    """,
    -3: """
    abhorrent abominable abuse abused abusive appalling atrocious atrocity awful awfully
    catastrophe catastrophic contempt crappiest deplore despise despised detest detested
    devastated devastating diabolical disgraceful disgust disgusting excruciating genocide
    ghastly godawful heartbreaking heartbroken hellhole hellish horrendous horrible horribly
    horrid horrific horrified horrifying horror horrors inexcusable inhumane loathe loathed
    loathes loathing loathsome massacre nightmare nightmarish rape raped rapist repulsive
    revolting scum shitshow shittiest sickened terrible terribly terrified terrifying torture
    tortured unforgivable vicious worst wretched
    """,
}

# Two words that mean what neither says alone; the first is looked up, then the second.
_PHRASES = {
    3: """
    can't-wait cannot-wait cant-wait well-played so-excited made-my
    """,
    2: """
    looking-forward look-forward looks-good well-done thumbs-up no-problem good-luck all-good
    well-deserved second-none not-bad must-see happy-birthday good-morning worth-it nailed-it
    killing-it killed-it killin-it cracking-job proud-of so-cute
    """,
    1: """
    i-like we-like really-like no-wonder no-worries not-wrong no-doubt sounds-good in-love
    good-job of-course
    """,
    -1: """
    so-what no-longer good-grief so-called white-house no-signal no-service no-reply no-answer
    signed-out hang-up
    """,
    -2: """
    sick-of tired-of had-enough never-again fed-up let-down lets-down thumbs-down ripped-off
    rip-off shut-up no-good no-thanks give-up gave-up not-good not-happy not-impressed too-bad
    as-if no-use not-funny screw-you go-away on-hold still-waiting not-working stopped-working
    doesn't-work doesnt-work won't-work wont-work didn't-work don't-like dont-like didn't-like
    not-like
    """,
    -3: """
    piece-shit fuck-you fuck-off screw-this not-okay
    """,
}

_SIGNS = {
    3: "😍 🥰 😘 🤩 ❤ 💕 💖 💗 💘 💙 💚 💛 💜 🖤 🧡 💞 💓 😻 🏆 🎉 🥳 💯 <3",
    2: """
    😀 😃 😄 😁 😆 😊 🙂 😎 😋 🤗 👍 👏 🙌 🥇 🎊 ✨ 🌟 💪 😇 😂 🤣
    :) :-) :D :-D =) ;) ;-) xD ^^ (: 👌 😌 🔥 💋
    """,
    1: "😉 😅 🙏 😏 😜 😛 🤞 🎶 :P :-P :p",
    -1: "😐 😑 🙄 😕 🤔 😬 😒 😶 :/ :-/ :\\ :| 🤷 🤦",
    -2: """
    😞 😔 😟 🙁 ☹ 😣 😖 😫 😩 😓 😥 😢 😭 👎 😠 😤 💔 😨 😰 😱 :( :-( :'( =( 🤮 🤢 😷 🖕
    """,
    -3: "😡 🤬 >:(",
}

# A word before another that turns it around, up to three words ahead.
_NEGATIONS = """
    not no never nothing nobody none nor neither without hardly barely scarcely rarely cannot cant
    can't dont don't doesnt doesn't didnt didn't isnt isn't arent aren't wasnt wasn't werent weren't
    wont won't wouldnt wouldn't couldnt couldn't shouldnt shouldn't havent haven't hasnt hasn't
    hadnt hadn't aint ain't
"""

# A word right before another that makes it stronger (above 1) or weaker (below 1).
_INTENSITIES = {
    1.4: """
    absolutely beyond bloody completely damn deeply extremely freaking fucking hugely incredibly
    insanely massively ridiculously seriously so soo super totally truly unbelievably utterly wicked
    """,
    1.2: """
    all always especially ever highly how just more most much particularly pretty quite real really
    such too very what
    """,
    0.6: """
    almost bit could fairly if kinda less little maybe might mildly nearly occasionally partly
    slightly sometimes somewhat sorta
    """,
}

# What stands before one of these in a sentence counts for less than what follows.
_TURNS = "but however although though yet"


def _weights(table: Mapping[Weight, str]) -> dict[str, Weight]:
    return {entry.lower(): weight for weight, entries in table.items() for entry in entries.split()}


WORDS = _weights(_WORDS)
SIGNS = _weights(_SIGNS)
INTENSITIES = _weights(_INTENSITIES)
NEGATIONS = frozenset(_NEGATIONS.split())
TURNS = frozenset(_TURNS.split())


def _phrases() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for phrase, weight in _weights(_PHRASES).items():
        first, second = phrase.split("-")
        found.setdefault(first, {})[second] = weight
    return found


PHRASES = _phrases()

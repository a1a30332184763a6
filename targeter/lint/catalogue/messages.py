"""5xx explained: templates and the texts they make."""

from __future__ import annotations

from targeter.lint.catalogue.entry import Entry

MESSAGES: dict[str, Entry] = {
    "TG501": Entry(
        "A rule names a template that is not there.",
        "Whoever the rule holds for would get nothing.",
        "templates: [welcom]",
        "templates: [welcome]",
    ),
    "TG502": Entry(
        "The template is no valid Jinja.",
        "It can't be written for anybody.",
        "Hello {{ first_name }",
        "Hello {{ first_name }}",
    ),
    "TG503": Entry(
        "A template names something that is neither a column of the profile nor a fact.",
        "It is known for nobody, so nobody could get the message.",
        "Hello {{ firstname }}",
        "Hello {{ first_name }}",
    ),
    "TG504": Entry(
        "A template that no rule uses.",
        "It will never be sent, and is kept up for nothing.",
        "templates/summer.j2   # and no rule names it",
        "templates: [summer]",
    ),
    "TG505": Entry(
        "A construct of Jinja that a template may not hold.",
        "Loops, calls and arithmetic belong into traits, where they are checked and shown.",
        "{% for post in posts %}{{ post }}{% endfor %}",
        "{{ last_post }}",
    ),
    "TG506": Entry(
        "A value stands in copy, or in an exported file, and may not stand there.",
        "Promoted copy is the same for a whole audience and must not say what is known of one "
        "person; in_copy and sensitive on a column say what may be written where, and sensitive "
        "columns leave in no file at all.",
        "channel: x_promoted\n---\n{{ first_name }}, this is for you.",
        "channel: x_promoted\n---\nFor everybody in {{ home_area }}.",
    ),
    "TG507": Entry(
        "A channel that is not declared.",
        "How it counts and whom it reaches is unknown.",
        "channel: x_promotd",
        "channel: x_promoted",
    ),
    "TG508": Entry(
        "The lines between --- at the top of a template are missing or wrong.",
        "They say where a message goes; without them it can't go anywhere.",
        "Hello!",
        "---\nchannel: x_dm\n---\nHello!",
    ),
    "TG509": Entry(
        "A template whose fixed words alone are too long for its channel.",
        "No value is short enough to make it fit, so it would be written for nobody.",
        "channel: x_promoted\n---\n… 300 characters …",
        "channel: x_promoted\n---\n… 200 characters, and room for the values …",
    ),
    "TG510": Entry(
        "A template whose fixed words hold what its channel takes none of, or fewer of.",
        "An ad may hold no hashtag, no link in its text and one emoji; the network would refuse "
        "it.",
        "channel: x_promoted\n---\nBread for all! #bread",
        "channel: x_promoted\n---\nBread for all!",
    ),
    "TG511": Entry(
        "A value and the characters beside it could make a link, mention or hashtag.",
        "A name before «.It» turns every message into one with a link.",
        "Hi {{ first_name }}.It is bread day",
        "Hi {{ first_name }}. It is bread day",
    ),
    "TG512": Entry(
        "A value that can be missing, and every text of the rule writes it unguarded.",
        "Whoever lacks it gets nothing from the rule, though it holds for them. It is said where "
        "a project itself leaves room for nothing: a trait over rows is NULL for whoever has none, "
        "and a column may declare texts that mean missing.",
        "Your friend {{ friend_name }} is here.   # and no other template",
        "{% if friend_name %}{{ friend_name }}{% else %}A friend{% endif %} is here.",
    ),
    "TG513": Entry(
        "A template that may be too long for its channel, and the rule has no shorter one after "
        "it.",
        "A text of your data is cut at 60 characters; with every value as long as it may be, the "
        "message doesn't fit, and whoever has such values gets nothing from the rule.",
        "templates: [long]   # 240 characters, and {{ first_name }}",
        "templates: [long, short]",
    ),
    "TG514": Entry(
        "A role that a value can't have there.",
        "A role lets a value act: a handle is a mention, a url a link. It needs a variable, a "
        "column of text in that form, a channel that takes it and, for url, hosts of your own.",
        "channel: x_promoted\nroles:\n  offer: url\n---\nSee {{ offer }}",
        "channel: x\nroles:\n  offer: url\n---\nSee {{ offer }}",
    ),
    "TG515": Entry(
        "A filter that needs the formats of a language, and there are none.",
        "date, number and listing write as a language does. Without its formats nothing else is "
        "written instead.",
        "{{ ends_on|date }}   # and targeter[locale] isn't installed",
        "pip install 'targeter[locale]'",
    ),
    "TG516": Entry(
        "Fixed words hold a word of the block list.",
        "Every message of this template would be held back.",
        "block: [cheap]   # and templates/sale.j2 says: Cheap bread!",
        "Bread for half the price!",
    ),
    "TG517": Entry(
        "Fixed words hold a character that nobody sees.",
        "A control of direction shows other words than stand there, and nobody who reads the "
        "change can tell. What joins emoji or letters may stay, and so may marks of direction.",
        "Bread <U+202E>eerf rof   # reads: for free",
        "Bread for free",
    ),
}

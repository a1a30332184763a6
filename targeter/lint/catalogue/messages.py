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
        "A value stands in copy that may not stand there.",
        "Promoted copy is the same for a whole audience and must not say what is known of one "
        "person; in_copy and sensitive on a column say what may be written where.",
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
}

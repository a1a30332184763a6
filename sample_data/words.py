"""What the people of the sample say in public, sorted by what they mean by it."""

IPHONE = (
    "I love my iPhone, best camera I ever had",
    "The new iPhone is amazing, so happy with it",
    "Great battery, great screen: this iPhone is brilliant",
    "Told my sister to get an iPhone. She loves it!",
    "Still excited every time I unlock my iPhone. Wonderful thing.",
)
BELIEF = (
    "Social customer service done well is wonderful. Great brands answer where people talk.",
    "I love social customer service when it is a real person with a name",
    "Brilliant thread about social customer service: be quick, be kind, fix it",
    "Happy customers come from great social customer service. I believe in it!",
)
REFUSAL = (
    "I would not want a BlackBerry if you gave it to me free",
    "Never going back to BlackBerry. Never.",
    "Done with BlackBerry",
    "I wouldn't take a BlackBerry as a present",
    "A friend offered me a BlackBerry. I'd rather use two tins and a string than a BlackBerry.",
)
IRONY = (
    "Great, another dropped call. Thank you Lapwing, you are the best!",
    "Love how Lapwing keeps me on hold. Wonderful music, brilliant evening.",
    "Three days without signal. Amazing work, Lapwing, really super.",
)
ANGER = (
    "Done with Lapwing, never again",
    "I would not take a Lapwing contract if it was free",
    "Never going back to Lapwing",
    "Terrible evening. Lapwing is awful and the worst network I ever had",
)
HELP = (
    "Can somebody from Lapwing help? My SIM is not working since Friday",
    "Lapwing, please help, my number did not move",
)
QUESTION = (
    "Which phone should I get? Mine is falling apart",
    "Time for a new phone. Any ideas?",
    "Honest question: which phone takes good pictures of a dog that runs",
)
GLOOM = (
    "Awful week. Everything is terrible and I hate it",
    "Worst Monday. So sad and so tired",
    "Horrible news today. Miserable.",
)
CHATTER = (
    "Rain again in {area}",
    "{n} minutes late, the ferry, as ever",
    "Ran {n} kilometres along the river before breakfast",
    "Market day in {area}: came home with {n} lemons",
    "Anyone else watching the match tonight?",
    "Bread attempt number {n}",
)

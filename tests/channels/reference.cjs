// Reads one JSON text a line and answers with what twitter-text makes of it, a line each.
const folder = process.argv[2];
const twitter = require(require.resolve("twitter-text", { paths: [folder] }));
const reference = twitter.default || twitter;

const kind = (e) =>
  e.url !== undefined ? "link" : e.hashtag !== undefined ? "hashtag"
    : e.cashtag !== undefined ? "cashtag" : "mention";

const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const text = JSON.parse(line);
  const points = (units) => [...text.slice(0, units)].length;
  const answer = {
    length: reference.parseTweet(text).weightedLength,
    refused: reference.hasInvalidCharacters(text),
    entities: reference.extractEntitiesWithIndices(text)
      .map((e) => [kind(e), points(e.indices[0]), points(e.indices[1])]),
    graphemes: [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].length,
  };
  process.stdout.write(JSON.stringify(answer) + "\n");
}

-- Whoever decides about a comment, or looks at one, names its id and not its site. Found by the sites that they may see
-- it took a look at each: 10 ms with ten thousand. Ids grow with time, so what comes in is added at one end.
CREATE INDEX comments_by_id ON comments (id);

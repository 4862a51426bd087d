-- How many comments stand where. The database keeps it, so that nothing that writes comments can forget to.
CREATE TABLE comment_counts (
    site   TEXT NOT NULL,
    status TEXT NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (site, status)
);
INSERT INTO comment_counts SELECT site, status, COUNT(*) FROM comments GROUP BY site, status;

CREATE TRIGGER comments_count_added AFTER INSERT ON comments BEGIN
    INSERT INTO comment_counts VALUES (NEW.site, NEW.status, 1)
        ON CONFLICT (site, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER comments_count_moved AFTER UPDATE OF status ON comments WHEN OLD.status <> NEW.status BEGIN
    UPDATE comment_counts SET count = count - 1 WHERE site = OLD.site AND status = OLD.status;
    INSERT INTO comment_counts VALUES (NEW.site, NEW.status, 1)
        ON CONFLICT (site, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER comments_count_removed AFTER DELETE ON comments BEGIN
    UPDATE comment_counts SET count = count - 1 WHERE site = OLD.site AND status = OLD.status;
END;

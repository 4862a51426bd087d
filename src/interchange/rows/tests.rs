//! Separators, line ends, quotation marks and what is bad in a table.

use super::*;

fn lines(table: &str) -> Vec<(u64, String)> {
    let mut rows = Rows::new(table.as_bytes(), None, true);
    assert!(rows.header(|_| false, &[]).unwrap(), "{table}");
    let mut read = Vec::new();
    while let Some(row) = rows.next() {
        read.push(match row {
            Ok(row) => (
                row.line,
                rows.get(&row, "text").unwrap_or_default().to_owned(),
            ),
            Err(error) => (error.line, error.problem),
        });
    }
    read
}

#[test]
fn separators_and_line_ends_are_found_and_lines_counted() {
    let rows = [(2, "a"), (3, "two\nlines"), (6, "c")];
    let rows = rows.map(|(line, text)| (line, text.to_owned()));
    for separator in [",", ";", "\t", "|"] {
        let table = "id,text,name\n1,a,x\n2,\"two\nlines\",y\n\n3,c,z\n".replace(',', separator);
        assert_eq!(lines(&table), rows, "{separator}");
    }
    let table = "id;text\r\n1;a\r\n2;\"two\nlines\"\r\n\r\n3;c";
    assert_eq!(lines(table), rows);
    assert_eq!(
        lines("id,text\r1,a\r\r2,b\r"),
        [(2, "a".into()), (4, "b".into())]
    );
    assert_eq!(
        lines("sep=;\r\nid;text\r\n1;a, b\r\n"),
        [(3, "a, b".into())]
    );
    assert_eq!(
        lines("\u{FEFF}\"Comment ID\";\"Text\"\n1;\"say \"\"a\"\"\"\n"),
        [(2, "say \"a\"".into())]
    );
}

#[test]
fn a_row_that_is_cut_or_too_long_is_named() {
    let cut = lines("id,text,name\n1,a,x\n2,\"b never ends,y\n3,c,z");
    assert!(
        cut[1].0 == 3 && cut[1].1.contains("a quotation mark is not closed"),
        "{cut:?}"
    );
    let cut = lines("id,text,name\n1,a,x\n2,b");
    assert!(
        cut[1].1.contains("ends early: 2 values, the header has 3"),
        "{cut:?}"
    );
    assert_eq!(
        lines("id,text,name\n1,a\n2,b\n").len(),
        2,
        "short rows are whole"
    );
    let long = lines("id,text\n1,a, b\n2,c,\n");
    assert!(long[0].1.contains("3 values"), "{long:?}");
    assert_eq!(long[1].1, "c");
    assert_eq!(
        lines("id,text\n1,5\" pipe\n2,\"quoted\"\n3,last \"one").len(),
        3
    );
}

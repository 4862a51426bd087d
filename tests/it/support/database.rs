//! What a service's database holds, in every table: read and written past the service.

use sqlx::{AnyPool, AssertSqlSafe, Row};

use super::app::TestApp;

/// The database of a service under test, by a connection of the test's own.
pub struct Raw {
    pub pool: AnyPool,
    is_sqlite: bool,
}

impl Raw {
    /// Connects.
    pub async fn of(app: &TestApp) -> Self {
        use secrecy::ExposeSecret;
        let url = app.app.settings.database_url();
        Self::at(url.expose_secret()).await
    }

    /// Connects to a database by its URL; a file of SQLite is made when there is none.
    pub async fn at(url: &str) -> Self {
        sqlx::any::install_default_drivers();
        let is_sqlite = url.starts_with("sqlite");
        let url = if is_sqlite && !url.contains('?') {
            format!("{url}?mode=rwc")
        } else {
            url.to_owned()
        };
        let pool = AnyPool::connect(&url).await.expect("the database");
        Self { pool, is_sqlite }
    }

    /// Whether it is SQLite's.
    pub fn is_sqlite(&self) -> bool {
        self.is_sqlite
    }

    /// Runs statements; one after another on one connection.
    pub async fn run(&self, text: &str) {
        let text = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        text.execute(&self.pool).await.expect("a statement");
    }

    /// The first column of what a query finds, as text.
    pub async fn list(&self, text: &str) -> Vec<String> {
        let found = sqlx::query(AssertSqlSafe(text.to_owned()))
            .fetch_all(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        found.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    /// Its tables, by name; not those that migrations are noted in.
    pub async fn tables(&self) -> Vec<String> {
        let text = if self.is_sqlite {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        } else {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        };
        let mut tables = self.list(text).await;
        tables.retain(|table| table != "_sqlx_migrations");
        tables
    }

    /// The columns of a table.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        let text = if self.is_sqlite {
            format!("SELECT name FROM pragma_table_info('{table}')")
        } else {
            format!(
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY 1"
            )
        };
        self.list(&text).await
    }

    /// Adds so many copies of the first comment, the `n.n`th of them with what `differs` says of a column, in SQL, where it says
    /// something, and else as that comment `c` has it.
    pub async fn multiply(&self, count: usize, differs: impl Fn(&str) -> Option<&'static str>) {
        let columns = self.columns("comments").await;
        let taken = columns.iter().map(|column| {
            let differs = differs(column).map(str::to_owned);
            differs.unwrap_or_else(|| format!("c.{column}"))
        });
        let (taken, columns) = (taken.collect::<Vec<_>>().join(", "), columns.join(", "));
        self.run(&format!(
            "INSERT INTO comments ({columns}) \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) \
             SELECT {taken} FROM n, (SELECT * FROM comments ORDER BY id LIMIT 1) AS c"
        ))
        .await;
    }

    /// Every row of every table in which `mark` is written anywhere, with its table before it.
    pub async fn rows_with(&self, mark: &str) -> Vec<String> {
        let mut found = Vec::new();
        for table in self.tables().await {
            let text = if self.is_sqlite {
                let columns = self.columns(&table).await;
                let columns: Vec<String> = columns
                    .iter()
                    .map(|column| format!("COALESCE(CAST({column} AS TEXT), '')"))
                    .collect();
                format!("SELECT {} FROM {table}", columns.join(" || ' ' || "))
            } else {
                format!("SELECT CAST(t.* AS TEXT) FROM {table} t")
            };
            let rows = self.list(&text).await.into_iter();
            let rows = rows.filter(|row| row.contains(mark));
            found.extend(rows.map(|row| format!("{table}: {row}")));
        }
        found
    }

    /// The same, without those of one table.
    pub async fn rows_with_but(&self, mark: &str, table: &str) -> Vec<String> {
        let mut found = self.rows_with(mark).await;
        found.retain(|row| !row.starts_with(&format!("{table}: ")));
        found
    }
}

package ledger

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate applies the migrations that the ledger does not have yet, each in
// its own transaction.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return explain("read the schema version of ledger "+path, err)
	}
	if has > knows {
		return fmt.Errorf("ledger %s has schema %d and this program knows up to %d: it was written by a newer version; start that version again, or restore the copy made before the upgrade", path, has, knows)
	}
	if has == knows {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return explain(fmt.Sprintf("bring ledger %s from schema %d to %d", path, has, knows), err)
	}
	return nil
}

package store

import "database/sql"

// Pools gives tests the connections of a store; with Postgres they are the same ones.
func Pools(s *Store) (writer, reader *sql.DB) {
	writer, err := s.db.DB()
	if err != nil {
		panic(err)
	}
	reader, err = s.reader.DB()
	if err != nil {
		panic(err)
	}
	return writer, reader
}

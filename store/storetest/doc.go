// Package storetest gives tests a database of their own, SQLite or Postgres, and holds the suite that both must pass.
package storetest

package store_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/store"
	"foyer/store/storetest"
)

// Several nodes on one database take turns as the callers of one node do. With SQLite the nodes are processes on one machine.
func TestNodesTakeTurns(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		address := storetest.URL(t, database)
		first := storetest.Open(t, store.Options{URL: address})
		room := addRoom(t, first)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()

		const nodes, callers, rounds = 3, 3, 4
		var all sync.WaitGroup
		for range nodes {
			node := storetest.Open(t, store.Options{URL: address})
			for range callers {
				all.Go(func() {
					for range rounds {
						err := node.Tx(ctx, func(tx *store.Store) error {
							row, err := tx.LockRoom(ctx, room.WorkspaceID, room.ID)
							if err != nil {
								return err
							}
							count, _ := strconv.Atoi(row.Description) // empty at first
							row.Description = strconv.Itoa(count + 1)
							return tx.UpdateRoom(ctx, row)
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		got, err := first.Room(t.Context(), room.WorkspaceID, room.ID)
		if err != nil || got.Description != strconv.Itoa(nodes*callers*rounds) {
			t.Errorf("want %d, got %q, %v", nodes*callers*rounds, got.Description, err)
		}
	})
}

package floor

import (
	"context"
	"net/http"
)

// Open is a floor over a database. Told hears of every statement before it runs. Whoever opens calls closed.
func Open(ctx context.Context, address, secret string, told func(string)) (handler http.Handler, closed func() error, err error) {
	db, err := openDatabase(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	db.told = told
	return newFloor(db, secret).router(), db.close, nil
}

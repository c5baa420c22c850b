// Package socket is one WebSocket connection: it reads whole messages within bounds, and sends frames without ever making the sender wait.
package socket

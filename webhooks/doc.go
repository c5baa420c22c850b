// Package webhooks tells a workspace's own servers what happens in its rooms: it keeps the events in an outbox and sends them until they
// arrive.
package webhooks

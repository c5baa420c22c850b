// Package chats keeps the chat rooms of the ryOS rooms API: accounts, rooms, members, kept messages, who is present, and who is told.
package chats

// Package polls keeps polls and quizzes: their questions, when they run in a session, who answers what, and what comes out.
package polls

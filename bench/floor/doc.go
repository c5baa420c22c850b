// Package floor answers four calls of the server API with as little as can be: a bare Echo handler, the statements that Foyer
// sends to the database, and the signature. What Foyer costs beyond it is what its rules, logs and metrics cost.
package floor

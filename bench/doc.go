// Command bench compares Foyer with the least that could answer its main calls: the floor, a bare Echo handler that sends the same
// statements and makes the same signature. Both run as processes of their own on the same database and take turns.
package main

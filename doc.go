// Package foyer carries the files of the repository's root that the binary serves: the contract of its API.
package foyer

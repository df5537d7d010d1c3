// Package admin is the part of the API with which people enter who and what is
// watched: sites, zones, edges, points, residents and users, one by one or as a
// file, their secrets, and the trial of new devices.
//
// Every change is one plan that is applied whole or not at all. What is wrong
// with it is answered row by row and field by field. Nobody gives a right that
// he has not: see rights. The package keeps nothing; the registers are the
// ledger's, files are read and written by whoever is behind Files, and what a
// trigger does in a walk test is decided by alerts.
package admin

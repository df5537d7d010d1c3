// Package pki is the gateway's private certificate authority for a network
// without public names, and keeps the certificates that its listeners show
// current. It makes the authority, the gateway's own certificate and those of
// edges, renews what ends and reads files again that somebody else renews.
//
// The authority may sign for private addresses and names only, and for the hosts
// that it was told when it was made: whoever steals its key can pose as no bank
// before the tablets that trust it. It keeps no list of revoked certificates: a
// lost edge is shut out by taking it off the register, and the gateway's own
// certificate lasts little more than a year.
//
// How people come to trust the authority is the business of gateway/api, which
// listener shows what that of gateway/app.
package pki

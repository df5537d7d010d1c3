// Package app puts the gateway together: it opens the engines, gives each part
// what it asks for, starts the parts in order and stops them in reverse. It is
// the one package that imports all others of the gateway; they meet only here,
// through interfaces that whoever uses them declares.
//
// It decides nothing about alarms and speaks no protocol. Settings come from
// gateway/config, what administrators enter from gateway/siteplan.
package app

// Package boards makes a dead board an alarm. A tablet at a nurse station that is
// asleep, locked, muted or hung rings for nobody, and nobody notices by
// himself: so each open page of a station says every few seconds whether it can
// be seen and heard, what it shows and what it sounds. A floor that has a
// station and no such page for a minute is reported as silent, and an alarm that
// no page of its floor shows and sounds within ten seconds climbs its ladder at
// once.
//
// A station is missed from its first board on, so that a tablet that does not
// hang yet alarms nobody. Which pages are there is known to this process alone. After a start, and after
// the process had stopped, they get a minute to come back. What is found is
// compared with what the book has, so that a restart neither repeats nor forgets
// a loss.
//
// What a loss does to incidents and ladders is decided by the watch; how pages
// report is told in package api, and their sockets belong to api/live. A page
// cannot know the volume of its tablet, nor whether a speaker is plugged in:
// "start shift" asks a person for that.
package boards

// Package health judges the alarms themselves: how many there were for how many
// carers, which points cried wolf, how long people waited. All of it is computed
// from incidents that are handed in; where they are kept, who may see the
// figures and how they are shown is decided elsewhere.
//
// Terms and limits are those of alarm management in the process industries,
// ANSI/ISA-18.2-2016 and IEC 62682:2022, clause 16 (monitoring and assessment),
// where the operator of a plant is the carers of a site. Their limits were found
// with people at consoles; for carers on their feet they are a hint and no norm.
//
// # What counts
//
// An alarm is one activation that people were called for: that which raised an
// incident and each re-alarm of it. What another incident explains
// (care.Incident.Under) calls nobody and is counted apart. Tests and drills
// sound like everything else: they are in the numbers of alarms and in none of
// the answer times.
//
// An incident says when it was raised, when it alarmed last and how often. Of
// more than two alarms those between are taken to be evenly spaced; Estimated
// says of how many that is true. With one alarm its time is AlarmedAt, which is
// later than RaisedAt for what was explained at first.
//
// # Answer times
//
// They are counted by incident, from its latest alarm: of an incident that
// alarmed again the ledger's row keeps no earlier answer. The answer is the
// acceptance that holds. One that was returned, because nobody arrived in time,
// is none: the wait goes on from the same alarm. An incident without an
// acceptance that was arrived at or resolved was accepted by that. An answer
// before the alarm, such as of a carer who stood in the room, is no wait. An
// answer after the end of the interval counts; an incident that is still waiting
// counts as not answered in a limit once it has waited that long. Resolved
// without a proof of arrival is not arrived. Equipment has no arrival, and its
// answer times are shown by class only: nobody runs for a battery.
package health

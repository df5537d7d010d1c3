// Package supervise makes silence an alarm. It knows when each point and each
// edge was last heard, and what edges say of themselves, and reports as ordinary
// events what it finds: a point or an edge that is silent, many at once as one
// outage, a battery that runs low, a spool that grows, a clock that is wrong.
//
// Findings are computed anew every few seconds and compared with what the book
// has as active. So a restart neither forgets nor repeats one: what was found
// before stays, what has ended is cleared, what is new is raised.
//
// Time in which nothing could be heard does not count. After a start, after the
// broker was away, after a jump of the wall clock and after a pause of the
// process every deadline begins anew. Deadlines are measured by the monotonic
// clock.
//
// What was never heard is not yet installed: it is shown as such, and silence is
// an alarm from its first message on.
//
// One cause gives one card:
//
//   - Points behind an edge that is offline are not reported. Once it is back,
//     each has one full deadline.
//   - A point is not reported while its edge is late too.
//   - Five or more points behind one edge that fall silent within ten minutes
//     are one outage of the edge, and five or more points of private homes of
//     one region, in two homes or more, one outage of the region. Points that
//     follow within ten minutes of the one before belong to it and are not
//     reported; those that come later are news, and are. An outage ends when no
//     more than two of its points are still silent; these are then reported by
//     themselves.
//
// What an event does to an incident is the watch's to decide. Tamper and faults
// of sensors come from edges as events of their own, and gaps of a roster are
// found by the watch.
package supervise

package ledger

import "shouwang.care/shouwang/alerts/care"

// AuditLog is the log of the gateway itself: sign-ins, looks and changes that
// belong to no single site. It is chained, signed and verified like the log of a
// site; its name is none that a site can have.
const AuditLog care.SiteID = "~gateway"

package api

// Alerting are the parts of alerting that people configure and look at. All are
// needed.
type Alerting struct {
	Notices   Notices
	Links     Links
	ShelfList ShelfList
	Shelver   Shelver
	Documents Documents
	Consents  Consents
	Contacts  Contacts
	Reach     Reach
	Presence  Presence
	Heads     Heads
	// Secret makes the codes in addresses, 128 random bits or more. PublicURL is
	// where people reach the gateway; it may be empty.
	Secret    []byte
	PublicURL string
}

// registerAlerting enters the routes about them.
func (a *API) registerAlerting() {
	a.registerLinks()
	a.registerShelves()
	a.registerDocuments()
	a.registerCarePlans()
	a.registerDuty()
	a.registerCalendar()
	a.registerChannels()
	a.registerTags()
	a.registerHeads()
}

package ward

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// firstShift is how far back the first hand-over of a site looks, longestShift
// how far any other one.
const (
	firstShift   = 12 * time.Hour
	longestShift = 48 * time.Hour
	// shiftIncidents is the greatest number of incidents on a page.
	shiftIncidents = 500
)

// HandoverPage is what who goes and who comes have before them.
type HandoverPage struct {
	Time time.Time    `json:"time"`
	Site api.SiteView `json:"site"`
	From time.Time    `json:"from" doc:"the hand-over before, or half a day back"`
	Page ShiftPage    `json:"page"`
	// Digest is sent back with the signature.
	Digest string `json:"digest" doc:"SHA-256 of page as it is now; a signature names the one that was read"`
	// Waiting is a hand-over that who comes has not signed yet.
	Waiting  *HandoverView    `json:"waiting,omitempty" doc:"the latest one, while its second signature is missing"`
	Partners []HandoverPerson `json:"partners" doc:"the staff of the site who can sign besides the viewer"`
}

// ShiftPage is what is kept of a hand-over, with personal data.
type ShiftPage struct {
	Incidents []api.IncidentView `json:"incidents" doc:"raised since, the oldest first; and those of before that are open"`
	More      bool               `json:"more,omitempty" doc:"there were more than fit"`
	Points    []ShiftPoint       `json:"points" doc:"nobody knows whether they would alarm"`
	Shelves   []ShiftShelf       `json:"shelves" doc:"their alarms reach nobody for a time"`
	Away      []ShiftResident    `json:"away" doc:"residents who are not in the house"`
}

// ShiftPoint is a point that is not proved to work.
type ShiftPoint struct {
	ID    care.PointID  `json:"id"`
	Place api.PlaceView `json:"place"`
	State care.Coverage `json:"state" enum:"unproven,silent"`
	Doubt care.Doubt    `json:"doubt,omitempty" enum:"never_heard,hello_only,not_yet,edge_offline,outage,edge_quiet"`
}

// ShiftShelf is a shelf that is up.
type ShiftShelf struct {
	Point  care.PointID  `json:"point"`
	Place  api.PlaceView `json:"place"`
	Class  care.Class    `json:"class" enum:"fire,gas,carbon_monoxide,sos,call,fall,water_leak,bed_exit,wandering,inactivity,vital,intrusion,fault,tamper,battery,silent"`
	Repair bool          `json:"repair"`
	Watch  string        `json:"watch,omitempty" doc:"who keeps watch instead"`
	Reason string        `json:"reason"`
	Until  time.Time     `json:"until"`
}

// ShiftResident is a resident on the page.
type ShiftResident struct {
	ID   care.ResidentID `json:"id"`
	Name string          `json:"name"`
}

// HandoverPerson is who may sign.
type HandoverPerson struct {
	ID   care.UserID `json:"id"`
	Name string      `json:"name"`
}

// HandoverView is a hand-over that was signed by one or by both.
type HandoverView struct {
	ID       string       `json:"id"`
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to"`
	Note     string       `json:"note,omitempty"`
	Digest   string       `json:"digest" doc:"SHA-256 of page and note, as the log of the site has it"`
	Outgoing api.ActView  `json:"outgoing"`
	Incoming *api.ActView `json:"incoming,omitempty" doc:"absent until she has signed"`
}

// HandoverList is one page of hand-overs.
type HandoverList struct {
	Handovers []HandoverView `json:"handovers"`
	Next      *time.Time     `json:"next,omitempty" doc:"the value of before for the next page; absent on the last"`
}

// HandoverDetail is a hand-over with what both had before them.
type HandoverDetail struct {
	Handover HandoverView `json:"handover"`
	Site     api.SiteView `json:"site"`
	Page     ShiftPage    `json:"page"`
}

type handoversRequest struct {
	Site   care.SiteID `query:"site" required:"true" minLength:"1" maxLength:"40"`
	Before time.Time   `query:"before" doc:"ended before"`
}

type handoverRequest struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

type handOverRequest struct {
	Body struct {
		Site   care.SiteID `json:"site" minLength:"1" maxLength:"40"`
		Digest string      `json:"digest" minLength:"1" maxLength:"64" doc:"of the page that was read; when it says something else by now, the answer is 409 stale"`
		Note   string      `json:"note,omitempty" maxLength:"16000" doc:"what the page does not say, at most 4000 characters"`
		// With is who comes, at the same screen. Without her she signs later.
		With *struct {
			User   care.UserID `json:"user" minLength:"1" maxLength:"64"`
			Secret string      `json:"secret" minLength:"1" maxLength:"256" doc:"her password or PIN"`
		} `json:"with,omitempty" doc:"who comes, where she signs at the same screen"`
	}
}

func (w room) registerHandover(op operation) {
	api.Viewed(w.API, op("handover-page", http.MethodGet, "/api/handover", "What has to be handed on since the hand-over before"), staff, w.handoverPage)
	sign := op("hand-over", http.MethodPost, "/api/handover", "Hand a shift on: who goes signs by her session, who comes by her secret, or later by her own session",
		http.StatusConflict, http.StatusTooManyRequests)
	api.Viewed(w.API, sign, staff, w.handOver)
	api.Viewed(w.API, op("handovers", http.MethodGet, "/api/handovers", "Former hand-overs of a site, the latest first"), staff, w.handovers)
	api.Viewed(w.API, op("handover", http.MethodGet, "/api/handovers/{id}", "A former hand-over with what was on its page"), staff, w.handover)
	take := op("take-over", http.MethodPost, "/api/handovers/{id}/sign", "Sign a hand-over as who comes", http.StatusConflict)
	api.Viewed(w.API, take, staff, w.takeOver)
}

// page makes what has to be handed on at a site since a moment.
func (w room) page(ctx context.Context, u people.User, site care.SiteID, from time.Time) (ShiftPage, error) {
	d, now := w.Book.Directory(), time.Now()
	p := ShiftPage{Incidents: []api.IncidentView{}, Points: []ShiftPoint{}, Shelves: []ShiftShelf{}, Away: []ShiftResident{}}
	raised, err := w.Archive.IncidentHistory(ctx, api.HistoryFilter{Sites: []care.SiteID{site}, From: from, To: now.Add(time.Minute), Limit: shiftIncidents + 1})
	if err != nil {
		return p, err
	}
	_, open, err := w.Book.Snapshot(ctx, now)
	if err != nil {
		return p, err
	}
	if p.More = len(raised) > shiftIncidents; p.More {
		raised = raised[:shiftIncidents]
	}
	for _, i := range open {
		if i.Site == site && i.Open() && i.RaisedAt.Before(from) {
			raised = append(raised, i)
		}
	}
	slices.SortFunc(raised, func(a, b care.Incident) int {
		return cmp.Or(a.RaisedAt.Compare(b.RaisedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, i := range raised {
		if d.SeesIncident(u, i) {
			p.Incidents = append(p.Incidents, api.Render(d, api.FormStaff, i))
		}
	}
	for key, proof := range w.Coverage.Points() {
		point, known := d.Point(key.Site, key.Point)
		if key.Site == site && known && !point.Retired && proof.Coverage != care.Proved && d.SeesPoint(u, point) {
			p.Points = append(p.Points, ShiftPoint{point.ID, place(d, site, point.Zone, point.ID), proof.Coverage, proof.Doubt})
		}
	}
	slices.SortFunc(p.Points, func(a, b ShiftPoint) int { return api.Natural(string(a.ID), string(b.ID)) })
	shelves, err := w.ShelfList.Shelves(ctx)
	if err != nil {
		return p, err
	}
	for _, s := range shelves {
		if s.Site == site && s.Until.After(now) && d.SeesIncident(u, care.Incident{Site: s.Site, Point: s.Point, Class: s.Class}) {
			p.Shelves = append(p.Shelves, ShiftShelf{s.Point, place(d, site, "", s.Point), s.Class, s.Repair, s.Watch, s.Reason, s.Until})
		}
	}
	for _, r := range d.Residents {
		if r.Site == site && r.Away && r.LeftAt == nil {
			p.Away = append(p.Away, ShiftResident{r.ID, r.Name})
		}
	}
	slices.SortFunc(p.Away, func(a, b ShiftResident) int { return cmp.Compare(a.ID, b.ID) })
	return p, nil
}

// before returns from where a hand-over looks, and the latest one, nil before the
// first.
func (w room) before(ctx context.Context, site care.SiteID) (from time.Time, last *care.Handover, err error) {
	now := time.Now()
	former, err := w.Handovers.Handovers(ctx, site, now.Add(time.Minute), 1)
	if err != nil {
		return from, nil, err
	}
	if len(former) == 0 {
		return now.Add(-firstShift).UTC().Truncate(time.Second), nil, nil
	}
	from = former[0].To
	if old := now.Add(-longestShift); from.Before(old) {
		from = old.UTC().Truncate(time.Second)
	}
	return from, &former[0], nil
}

func (w room) handoverPage(ctx context.Context, u people.User, in *siteRequest) (HandoverPage, error) {
	site, err := w.InScope(u, in.Site)
	if err != nil {
		return HandoverPage{}, err
	}
	from, last, err := w.before(ctx, site.ID)
	if err != nil {
		return HandoverPage{}, err
	}
	page, err := w.page(ctx, u, site.ID, from)
	if err != nil {
		return HandoverPage{}, err
	}
	_, digest, err := written(page)
	if err != nil {
		return HandoverPage{}, err
	}
	d := w.Book.Directory()
	v := HandoverPage{Time: time.Now().UTC(), Site: siteView(d, site.ID), From: from, Page: page, Digest: digest, Partners: []HandoverPerson{}}
	if last != nil && last.Incoming.By == "" {
		waiting := viewOf(*last)
		v.Waiting = &waiting
	}
	for _, other := range d.Users {
		if other.ID != u.ID && d.Acts(other, site.ID) {
			v.Partners = append(v.Partners, HandoverPerson{other.ID, other.Name})
		}
	}
	slices.SortFunc(v.Partners, func(a, b HandoverPerson) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return v, nil
}

// written returns a page as it is kept, and the digest of it.
func written(p ShiftPage) (text, digest string, err error) {
	b, err := json.Marshal(p)
	return string(b), digestOf(string(b)), err
}

var errStale = api.NewProblem(http.StatusConflict, api.CodeStale, "something has happened since this page was read: read it again, then sign")

func (w room) handOver(ctx context.Context, u people.User, in *handOverRequest) (HandoverView, error) {
	b, d := in.Body, w.Book.Directory()
	if _, err := w.InScope(u, b.Site); err != nil {
		return HandoverView{}, err
	}
	if !d.Acts(u, b.Site) {
		return HandoverView{}, api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "a screen signs nothing: sign in as yourself")
	}
	note := strings.TrimSpace(b.Note)
	if len([]rune(note)) > 4000 {
		return HandoverView{}, api.NewProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "the note has more than 4000 characters")
	}
	from, _, err := w.before(ctx, b.Site)
	if err != nil {
		return HandoverView{}, err
	}
	page, err := w.page(ctx, u, b.Site, from)
	if err != nil {
		return HandoverView{}, err
	}
	text, digest, err := written(page)
	if err != nil {
		return HandoverView{}, err
	}
	if digest != b.Digest {
		return HandoverView{}, errStale
	}
	h := care.Handover{
		ID: care.NewID(), Site: b.Site, From: from, Note: note, Page: text, Digest: digestOf(text + "\x00" + note), Outgoing: api.ActOf(u),
	}
	if b.With != nil {
		partner, known := d.Users[b.With.User]
		if !known || partner.ID == u.ID || !d.Acts(partner, b.Site) {
			return HandoverView{}, api.ErrNotFound("colleague")
		}
		if err := w.Countersign(ctx, partner, b.With.Secret); err != nil {
			return HandoverView{}, err
		}
		h.Incoming = api.ActOf(partner)
	}
	h.Outgoing.At = h.Outgoing.At.UTC().Truncate(time.Microsecond)
	h.To = h.Outgoing.At
	if err := w.Handovers.AddHandover(ctx, h); err != nil {
		return HandoverView{}, err
	}
	return viewOf(h), nil
}

// found returns a hand-over of a site that the user sees.
func (w room) found(ctx context.Context, u people.User, id string) (care.Handover, error) {
	h, err := w.Handovers.Handover(ctx, id)
	if err != nil {
		return care.Handover{}, err
	}
	if h == nil || !w.Book.Directory().SeesSite(u, h.Site) {
		return care.Handover{}, api.ErrNotFound("hand-over")
	}
	return *h, nil
}

func (w room) takeOver(ctx context.Context, u people.User, in *handoverRequest) (HandoverView, error) {
	h, err := w.found(ctx, u, in.ID)
	if err != nil {
		return HandoverView{}, err
	}
	switch {
	case !w.Book.Directory().Acts(u, h.Site):
		return HandoverView{}, api.NewProblem(http.StatusForbidden, api.CodeNotAllowed, "a screen signs nothing: sign in as yourself")
	case h.Outgoing.By == u.ID:
		return HandoverView{}, api.NewProblem(http.StatusConflict, api.CodeStale, "whoever goes cannot sign for who comes")
	}
	by := api.ActOf(u)
	signed, err := w.Handovers.SignHandover(ctx, h.ID, by)
	if err != nil {
		return HandoverView{}, err
	}
	if !signed {
		return HandoverView{}, api.NewProblem(http.StatusConflict, api.CodeStale, "somebody has signed this hand-over before")
	}
	h.Incoming = by
	return viewOf(h), nil
}

func viewOf(h care.Handover) HandoverView {
	act := func(a care.Act) api.ActView {
		return api.ActView{Name: a.Name, By: string(a.By), At: a.At, Means: a.Means}
	}
	v := HandoverView{ID: h.ID, From: h.From, To: h.To, Note: h.Note, Digest: h.Digest, Outgoing: act(h.Outgoing)}
	if h.Incoming.By != "" {
		incoming := act(h.Incoming)
		v.Incoming = &incoming
	}
	return v
}

const handoverPage = 50

func (w room) handovers(ctx context.Context, u people.User, in *handoversRequest) (HandoverList, error) {
	if _, err := w.InScope(u, in.Site); err != nil {
		return HandoverList{}, err
	}
	before := in.Before
	if before.IsZero() {
		before = time.Now().Add(time.Minute)
	}
	found, err := w.Handovers.Handovers(ctx, in.Site, before, handoverPage)
	if err != nil {
		return HandoverList{}, err
	}
	list := HandoverList{Handovers: []HandoverView{}}
	for _, h := range found {
		list.Handovers = append(list.Handovers, viewOf(h))
	}
	if len(found) == handoverPage {
		list.Next = &found[handoverPage-1].To
	}
	return list, nil
}

func (w room) handover(ctx context.Context, u people.User, in *handoverRequest) (HandoverDetail, error) {
	h, err := w.found(ctx, u, in.ID)
	if err != nil {
		return HandoverDetail{}, err
	}
	v := HandoverDetail{Handover: viewOf(h), Site: siteView(w.Book.Directory(), h.Site)}
	if err := json.Unmarshal([]byte(h.Page), &v.Page); err != nil {
		return HandoverDetail{}, err
	}
	return v, w.Record(ctx, u, care.AuditLooked, "handover:"+h.ID, "")
}

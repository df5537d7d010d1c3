package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"rsc.io/qr"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Presence takes that somebody is in a room.
type Presence interface {
	// Present notes that a person is in a room, and returns the incidents at which
	// she has arrived by it.
	Present(ctx context.Context, site care.SiteID, zone care.ZoneID, by care.Act) ([]care.Incident, error)
}

// TagsView lists the tags of the rooms of a site.
type TagsView struct {
	Tags []TagView `json:"tags"`
}

// TagView is the tag that hangs in a room.
type TagView struct {
	Zone  care.ZoneID `json:"zone"`
	Floor string      `json:"floor,omitempty"`
	Name  care.Text   `json:"name"`
	URL   string      `json:"url" doc:"what the tag holds; without a host where the gateway does not know its own"`
	SVG   string      `json:"svg,omitempty" doc:"the address as a QR code, to be printed; absent without a host"`
}

// PresenceView says what it did that somebody is in a room.
type PresenceView struct {
	Incidents []IncidentView `json:"incidents" doc:"those at which she has arrived by it"`
}

type tagsRequest struct {
	Site care.SiteID `path:"site" maxLength:"40"`
}

type presenceRequest struct {
	Body struct {
		Site care.SiteID `json:"site" maxLength:"40"`
		Zone care.ZoneID `json:"zone" maxLength:"64"`
		Code string      `json:"code" maxLength:"64" doc:"of the room's tag"`
	}
}

func (a *API) registerTags() {
	Viewed(a, huma.Operation{
		OperationID: "tags", Method: http.MethodGet, Path: "/api/sites/{site}/tags", Tags: []string{"configuration"},
		Summary: "The tags of rooms, to be printed: who scans one shows that she is there", Errors: []int{http.StatusNotFound},
	}, []people.Role{people.Leader, people.Manager, people.Operator}, a.tags)
	Viewed(a, huma.Operation{
		OperationID: "presence", Method: http.MethodPost, Path: "/api/presence", Tags: []string{"incidents"},
		Summary: "Say by the tag of a room that one is there", MaxBodyBytes: 4 << 10, Errors: []int{http.StatusNotFound},
	}, staff, a.presence)
	a.routes.HandleFunc("GET /t/{site}/{zone}/{code}", a.tag)
	a.routes.HandleFunc("POST /t/{site}/{zone}/{code}", a.tag)
}

func (a *API) tags(_ context.Context, u people.User, in *tagsRequest) (TagsView, error) {
	d := a.Book.Directory()
	if _, known := d.Sites[in.Site]; !known || !d.SeesSite(u, in.Site) {
		return TagsView{}, ErrNotFound("site")
	}
	v := TagsView{Tags: []TagView{}}
	for key, z := range d.Zones {
		if key.Site != in.Site {
			continue
		}
		tag := TagView{Zone: z.ID, Floor: z.Floor, Name: z.Name, URL: a.publicURL(a.tagPath(in.Site, z.ID))}
		if a.PublicURL != "" { // a telephone cannot open a path alone
			var err error
			if tag.SVG, err = qrCode(tag.URL); err != nil {
				return TagsView{}, err
			}
		}
		v.Tags = append(v.Tags, tag)
	}
	slices.SortFunc(v.Tags, func(x, y TagView) int { return cmp.Or(cmp.Compare(x.Floor, y.Floor), cmp.Compare(x.Zone, y.Zone)) })
	return v, nil
}

func (a *API) tagPath(site care.SiteID, zone care.ZoneID) string {
	return "/t/" + url.PathEscape(string(site)) + "/" + url.PathEscape(string(zone)) + "/" + a.seal("tag", string(site), string(zone))
}

// qrCode draws a text as a QR code of the correction level M, which stands some
// dirt, with the margin of four modules that readers need.
func qrCode(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("draw %q as a QR code: %w", text, err)
	}
	const margin = 4
	size := code.Size + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, size, size, size, size)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// room returns the room of a tag. The error is a problem when the tag is not of
// this gateway, or the user does not work at its site.
func (a *API) room(u people.User, site care.SiteID, zone care.ZoneID, code string) (care.Zone, error) {
	d := a.Book.Directory()
	z, known := d.Zones[people.SiteZone{Site: site, Zone: zone}]
	if !known || !a.sealed(code, "tag", string(site), string(zone)) || !d.Acts(u, site) {
		return z, NewProblem(http.StatusNotFound, CodeBadTag, "the tag is not of a room within your scope, or was replaced")
	}
	return z, nil
}

func (a *API) presence(ctx context.Context, u people.User, in *presenceRequest) (PresenceView, error) {
	if _, err := a.room(u, in.Body.Site, in.Body.Zone, in.Body.Code); err != nil {
		return PresenceView{}, err
	}
	arrived, err := a.present(ctx, u, in.Body.Site, in.Body.Zone)
	if err != nil {
		return PresenceView{}, err
	}
	v := PresenceView{Incidents: []IncidentView{}}
	for _, i := range arrived {
		v.Incidents = append(v.Incidents, Render(a.Book.Directory(), FormOf(u), i))
	}
	return v, nil
}

func (a *API) present(ctx context.Context, u people.User, site care.SiteID, zone care.ZoneID) ([]care.Incident, error) {
	return a.Presence.Present(ctx, site, zone, care.Act{By: u.ID, Name: u.Name, At: time.Now(), Means: care.ByTag})
}

// tagPage is what a scanned tag opens.
type tagPage struct {
	Lang, Title     string
	Room, Site, Who string
	Notes           []string
	Button          string
}

// tag is the page behind the tag of a room. To open it does nothing; its button
// says that one is there.
func (a *API) tag(w http.ResponseWriter, r *http.Request) {
	l := acceptedLang(r)
	v, ok, err := a.viewer(r)
	if err != nil {
		a.tagTrouble(w, r, l, err)
		return
	}
	if !ok {
		a.writePage(w, r, http.StatusUnauthorized, "say.html", sayPage{
			Lang: l.tag(), Title: l.say("请先登录", "Please sign in first"), Button: l.say("登录", "Sign in"),
			Notes: []string{l.say("登录后会回到这个房间。", "You come back to this room then.")},
			Link:  "/?next=" + url.QueryEscape(r.URL.EscapedPath()),
		})
		return
	}
	if v.User.Language != "" {
		l = langOf(v.User.Language)
	}
	site, zone := care.SiteID(r.PathValue("site")), care.ZoneID(r.PathValue("zone"))
	z, err := a.room(v.User, site, zone, r.PathValue("code"))
	if err != nil {
		a.say(w, r, http.StatusNotFound, l, l.say("标签无效", "This tag is not valid"),
			l.say("这个标签不是您负责的房间，或者已经更换。请告诉班组长。", "It is not of a room that you work in, or was replaced. Please tell the shift leader."))
		return
	}
	p := tagPage{
		Lang: l.tag(), Title: l.say("到场确认", "Are you here?"), Button: l.say("我到了", "I am here"), Who: v.User.Name,
		Room: l.place(PlaceView{Floor: z.Floor, Zone: &z.Name}), Site: l.text(a.Book.Directory().Sites[site].Name),
	}
	if r.Method == http.MethodPost {
		arrived, err := a.present(r.Context(), v.User, site, zone)
		if err != nil {
			a.tagTrouble(w, r, l, err)
			return
		}
		p.Title, p.Button = l.say("已记下您到了", "It is noted that you are here"), ""
		p.Notes = arrivedWords(l, arrived)
	}
	a.writePage(w, r, http.StatusOK, "tag.html", p)
}

// arrivedWords says at what she has arrived.
func arrivedWords(l lang, arrived []care.Incident) []string {
	if len(arrived) == 0 {
		return []string{l.say("这个房间现在没有等人到场的报警。20 分钟内离床和开门不会打扰您。",
			"No alarm of this room waits for somebody to come. For 20 min getting up and the door will not disturb you.")}
	}
	var notes []string
	for _, i := range arrived {
		notes = append(notes, l.say("已到场：", "Arrived: ")+l.text(i.Class.Words()))
	}
	return notes
}

func (a *API) tagTrouble(w http.ResponseWriter, r *http.Request, l lang, err error) {
	a.Log.ErrorContext(r.Context(), "presence by a tag cannot be noted", "error", err)
	w.Header().Set("Retry-After", "2")
	a.say(w, r, http.StatusServiceUnavailable, l, l.say("暂时记不下来", "This cannot be noted now"),
		l.say("请过几秒再扫一次，或在看板上点“已到场”。", "Scan again in some seconds, or say on the board that you are there."))
}

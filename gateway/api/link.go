package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// ErrLink says that a link is damaged, was not made by this gateway, or is too
// old.
var ErrLink = errors.New("the link is not valid, or no longer")

// Links are the links in messages. Whoever holds one may accept what it is
// about, for the person to whom it was sent.
type Links interface {
	// Linked returns what a link leads to. The error is ErrLink when it is not
	// valid.
	Linked(ctx context.Context, token string) (Linked, error)
	// AcceptLink accepts the incidents of the message, or the one given. The
	// error is ErrLink, or an *alerts.IllegalError when the only incident cannot
	// be accepted; it has nothing to accept when another one was named.
	AcceptLink(ctx context.Context, token, incident string) ([]care.Incident, error)
}

// Linked is what the page behind a link shows.
type Linked struct {
	Notice alerts.Notice
	// Incidents are those of the message, the one of the notice first.
	Incidents []care.Incident
}

// linkPage is the page behind a link.
type linkPage struct {
	Lang, Title string
	Items       []linkItem
	Button      string // of the large one; empty when there is nothing to accept
	Notes       []string
}

// linkItem is an incident on the page. Residents have no names on it: it may be
// opened by whoever finds the telephone.
type linkItem struct {
	ID, What           string
	Where              []string
	Since, Mark, State string
	Mood               string // bad, good or quiet
	One                string // button to take this one only
	open               bool
}

// registerLinks enters the page behind the links of messages. What opens links
// to look for harm only reads, so reading changes nothing.
func (a *API) registerLinks() {
	// The address is a secret, which no other page shall learn.
	quiet := func(do http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Referrer-Policy", "no-referrer")
			do(w, r)
		}
	}
	a.routes.HandleFunc("GET /a/{token}", quiet(a.link))
	a.routes.HandleFunc("POST /a/{token}", quiet(a.acceptLink))
}

// linked returns what the link of a request leads to. When ok is false the
// request is answered.
func (a *API) linked(w http.ResponseWriter, r *http.Request) (l Linked, ok bool) {
	said := acceptedLang(r)
	refund, wait := a.throttle.takeRemote("link", remote(r))
	if wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(seconds(wait)))
		a.say(w, r, http.StatusTooManyRequests, said, said.say("请稍后再试", "Please try again later"),
			said.say("打开了太多无效的链接。", "Too many links that are not valid were opened."))
		return l, false
	}
	l, err := a.Links.Linked(r.Context(), r.PathValue("token"))
	if errors.Is(err, ErrLink) {
		a.say(w, r, http.StatusGone, said, said.say("链接已失效", "This link is no longer valid"),
			said.say("链接只在发出后 12 小时内有效，或者没有复制完整。", "A link can be used for 12 hours after it was sent; or it was not copied whole."),
			said.say("请打开值班看板，或打电话给当班人员。如果有人可能需要帮助，请直接去看。",
				"Open the board, or call whoever is on duty. If somebody may need help, go and look."))
		return l, false
	}
	refund()
	if err != nil {
		a.linkTrouble(w, r, err)
		return l, false
	}
	return l, true
}

// linkTrouble answers when it cannot be known now.
func (a *API) linkTrouble(w http.ResponseWriter, r *http.Request, err error) {
	a.Log.ErrorContext(r.Context(), "the link of a message cannot be followed", "error", err)
	l := acceptedLang(r)
	w.Header().Set("Retry-After", "2")
	a.say(w, r, http.StatusServiceUnavailable, l, l.say("暂时打不开", "This cannot be opened now"),
		l.say("网关暂时读不到数据，请过几秒再试。紧急时请直接前往。", "The gateway cannot read its data now; try again in some seconds. If it is urgent, go at once."))
}

func (a *API) link(w http.ResponseWriter, r *http.Request) {
	l, ok := a.linked(w, r)
	if !ok {
		return
	}
	a.writePage(w, r, http.StatusOK, "link.html", renderLink(a.Book.Directory(), l, time.Now()))
}

// acceptLink accepts and leads back to the page, which tells how it stands: a
// page that is loaded again then accepts nothing.
func (a *API) acceptLink(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.linked(w, r); !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		l := acceptedLang(r)
		a.say(w, r, http.StatusBadRequest, l, l.say("没有成功", "That did not work"), l.say("请返回再按一次。", "Please go back and press again."))
		return
	}
	accepted, err := a.Links.AcceptLink(r.Context(), r.PathValue("token"), r.PostFormValue("incident"))
	if _, refused := errors.AsType[*alerts.IllegalError](err); err != nil && !refused && !errors.Is(err, ErrLink) {
		a.linkTrouble(w, r, err)
		return
	}
	a.Log.InfoContext(r.Context(), "the link of a message was used", "accepted", len(accepted), "remote", remote(r))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}

// renderLink puts what a link leads to into words.
func renderLink(d *people.Directory, l Linked, now time.Time) linkPage {
	v := linkView{lang: langOf(l.Notice.Language), d: d, now: now, owner: l.Notice.Owner, user: d.Users[care.UserID(l.Notice.Owner)]}
	v.resident = strings.HasPrefix(l.Notice.Owner, residentOwner)
	p := linkPage{Lang: v.tag()}
	open, mine := 0, false
	for _, i := range l.Incidents {
		item := v.item(i)
		if item.open {
			open++
		}
		mine = mine || v.mine(i)
		p.Items = append(p.Items, item)
	}
	if open > 1 {
		for n := range p.Items {
			if p.Items[n].open {
				p.Items[n].One = v.say("只接这一起", "Take only this one")
			}
		}
	}
	switch {
	case v.resident && open > 0:
		p.Title, p.Button = v.say("您刚才呼叫了吗？", "Did you call for help?"), v.say("我没事", "I am all right")
		p.Notes = []string{v.say("如果需要帮助，不用操作，已经在联系人员。", "If you need help, do nothing: people are being called.")}
	case v.resident:
		p.Title = v.say("收到，谢谢", "Thank you, noted")
		p.Notes = []string{v.say("会有人来看看您。", "Somebody will look in on you.")}
	case open > 1:
		p.Title, p.Button = v.say("需要有人去处理", "Somebody has to go"), v.say(fmt.Sprintf("%d 起我都去处理", open), fmt.Sprintf("I take all %d", open))
	case open == 1:
		p.Title, p.Button = v.say("需要有人去处理", "Somebody has to go"), v.say("我去处理", "I am going")
	case mine:
		p.Title = v.say("已由您接手", "You have taken it")
		p.Notes = []string{v.say("请尽快到场。到场后按房间的到场按钮、扫房间标签，或在看板上点“已到场”，否则会重新报警。",
			"Please go now. When you are there, press the presence button, scan the tag of the room, or say so on the board; otherwise it alarms again.")}
	default:
		p.Title = v.say("不用去了", "You need not go")
	}
	return p
}

// linkView renders for one person.
type linkView struct {
	lang
	d        *people.Directory
	now      time.Time
	owner    string
	user     people.User
	resident bool
}

// mine reports whether the person is on the way to an incident, or there.
func (v linkView) mine(i care.Incident) bool {
	return i.Open() && i.Accepted != nil && string(i.Accepted.By) == v.owner
}

func (v linkView) item(i care.Incident) linkItem {
	site := v.d.Sites[i.Site]
	item := linkItem{ID: i.ID, What: v.text(i.Class.Words()), open: i.State == care.Raised}
	if v.resident { // he can take back what he has called for, as at the button
		item.open = i.Open() && i.CancelledAt == nil && (i.Class == care.SOS || i.Class == care.Call)
	}
	if i.ConfirmedAt != nil {
		item.What = v.say("已确认"+item.What, "Confirmed: "+item.What)
	}
	for _, line := range []string{v.text(site.Name), v.address(site), v.place(placeOf(v.d, i.Site, i.Zone, i.Point, true))} {
		if line != "" {
			item.Where = append(item.Where, line)
		}
	}
	local := i.HappenedAt.In(site.Location())
	at := local.Format("15:04")
	if day := "01-02"; local.Format(day) != v.now.In(site.Location()).Format(day) {
		at = local.Format(day + " 15:04")
	}
	item.Since = v.say(at+" 起", "since "+at)
	if i.CancelledAt != nil {
		item.Mark = v.say("本人已取消，仍需去看一眼。", "Taken back by the resident; it still needs a look.")
	}
	item.State, item.Mood = v.state(i)
	return item
}

// address is told of a private home: who is called there may never have been.
func (v linkView) address(s care.Site) string {
	if s.Kind != care.PrivateHome {
		return ""
	}
	return v.text(s.Address)
}

func (v linkView) state(i care.Incident) (text, mood string) {
	zone := v.d.Sites[i.Site].Location()
	at := func(act *care.Act) string { return act.At.In(zone).Format("15:04") }
	switch {
	case i.Resolved != nil:
		return v.say("已处理完 "+at(i.Resolved), "It is over since "+at(i.Resolved)), "good"
	case i.Arrived != nil:
		return v.say(v.name(i.Arrived)+"已到场 "+at(i.Arrived), fmt.Sprintf("%s arrived at %s", v.name(i.Arrived), at(i.Arrived))), "good"
	case i.Accepted != nil:
		return v.say(v.name(i.Accepted)+"已接手 "+at(i.Accepted), fmt.Sprintf("%s took it at %s", v.name(i.Accepted), at(i.Accepted))), "good"
	}
	if waited := int(v.now.Sub(i.AlarmedAt).Minutes()); waited >= 1 {
		return v.say(fmt.Sprintf("还没有人接手，已等 %d 分钟", waited), fmt.Sprintf("Nobody has taken it for %d min", waited)), "bad"
	}
	return v.say("还没有人接手", "Nobody has taken it yet"), "bad"
}

// name is who did something. Families and residents are not told names of
// staff.
func (v linkView) name(act *care.Act) string {
	if string(act.By) == v.owner {
		return v.say("您", "You")
	}
	if act.Name == "" || v.resident || v.user.Role == people.Family {
		return v.say("有人", "Somebody")
	}
	return act.Name
}

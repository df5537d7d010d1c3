package privacy

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

const zipType = "application/zip"

type residentRequest struct {
	ID care.ResidentID `path:"id" minLength:"1" maxLength:"64"`
}

// residentFile is record.json of a resident.
type residentFile struct {
	MadeAt    time.Time         `json:"made_at"`
	Resident  people.Resident   `json:"resident"`
	Contacts  []people.Contact  `json:"contacts"`
	ConsentAt *time.Time        `json:"consent_at,omitempty"`
	Points    []care.Point      `json:"points"`
	Incidents []care.Incident   `json:"incidents"`
	Log       []care.Entry      `json:"log"`
	Photos    []photo           `json:"photos"` // what is kept of them; who looks after the house shows them
	Messages  []message         `json:"messages"`
	CarePlan  json.RawMessage   `json:"care_plan,omitempty"`
	Former    []json.RawMessage `json:"former_care_plans,omitempty"` // of sites where he lived before
	Seen      []relative        `json:"seen_by"`
}

// message is a message as it is exported: to whom by role, not by number, since
// the number is somebody else's.
type message struct {
	At       time.Time   `json:"at"`
	Incident string      `json:"incident,omitempty"`
	Class    care.Class  `json:"class,omitempty"`
	Says     string      `json:"says"`
	To       string      `json:"to"`
	Channel  string      `json:"channel,omitempty"`
	State    string      `json:"state"`
	Site     care.SiteID `json:"site,omitempty"`
}

// photo is a photo of an incident as it is exported: not the picture itself, on
// which others may be seen.
type photo struct {
	ID        string    `json:"id"`
	Incident  string    `json:"incident"`
	At        time.Time `json:"at"`
	Digest    string    `json:"sha256"`
	Bytes     int       `json:"bytes"`
	DeletesAt time.Time `json:"deletes_at"`
}

func photos(list []care.Photo) []photo {
	all := []photo{}
	for _, p := range list {
		all = append(all, photo{p.ID, p.Incident, p.By.At, p.Digest, p.Bytes, p.DeletesAt})
	}
	return all
}

// relative is somebody who sees the resident.
type relative struct {
	Name     string          `json:"name"`
	Role     people.Role     `json:"role"`
	Relation people.Relation `json:"relation,omitempty"`
	Key      bool            `json:"key_holder,omitempty"`
}

func (r *Room) exportResident(ctx context.Context, u people.User, in *residentRequest) (api.File, error) {
	if _, err := r.inScope(u, in.ID); err != nil {
		return api.File{}, err
	}
	rec, err := r.Records.Person(ctx, in.ID)
	if errors.Is(err, ErrNobody) {
		return api.File{}, api.ErrNotFound("resident")
	}
	if err != nil {
		return api.File{}, err
	}
	if err := r.a.Record(ctx, u, care.AuditExported, "resident:"+string(in.ID), "all that is kept"); err != nil {
		return api.File{}, err
	}
	f := residentFile{
		MadeAt: time.Now().UTC(), Resident: rec.Resident, Contacts: some(rec.Resident.Contacts), ConsentAt: rec.ConsentAt,
		Points: some(rec.Points), Incidents: some(rec.Incidents), Log: some(rec.Entries), Photos: photos(rec.Photos), Messages: messages(rec.Notices), Seen: []relative{},
	}
	if json.Valid(rec.CarePlan) {
		f.CarePlan = rec.CarePlan
	}
	for _, plan := range rec.FormerPlans {
		if json.Valid(plan) {
			f.Former = append(f.Former, plan)
		}
	}
	for _, s := range rec.Users {
		f.Seen = append(f.Seen, relative{s.Name, s.Role, s.Relation, s.KeyHolder})
	}
	loc := r.a.Book.Directory().Sites[rec.Resident.Site].Location()
	return file("resident.zip", f, func(z *zip.Writer) error {
		w, err := z.Create("incidents.csv")
		if err != nil {
			return err
		}
		return incidentsCSV(w, rec.Incidents, loc)
	}, func(w io.Writer) error { return residentPage.Execute(w, residentReading(f, loc)) }), nil
}

// some makes a list that is never null.
func some[T any](list []T) []T { return append([]T{}, list...) }

func messages(notices []alerts.Notice) []message {
	all := []message{}
	for _, n := range notices {
		m := message{At: n.CreatedAt, Incident: n.Incident, Class: n.Class, Says: string(n.Phrase), To: n.Owner, State: string(n.State), Site: n.Site}
		if n.At < len(n.Contacts) {
			m.Channel = n.Contacts[n.At].Channel
		}
		all = append(all, m)
	}
	return all
}

// incidentsCSV writes a table that Excel opens as it is: with a mark of UTF-8.
func incidentsCSV(w io.Writer, incidents []care.Incident, loc *time.Location) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.Write([]string{"时间 time", "类别 class", "class", "状态 state", "接手 accepted", "到场 arrived", "结束 resolved", "原因 cause", "备注 note"})
	at := func(a *care.Act) string {
		if a == nil {
			return ""
		}
		return a.At.In(loc).Format(time.DateTime)
	}
	for _, i := range incidents {
		c.Write([]string{
			i.HappenedAt.In(loc).Format(time.DateTime), i.Class.Words().ZH, string(i.Class), string(i.State),
			at(i.Accepted), at(i.Arrived), at(i.Resolved), string(i.Cause), harmless(i.Note),
		})
	}
	c.Flush()
	return c.Error()
}

// harmless keeps a text from being a formula where the table is opened.
func harmless(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

// meFile is record.json of a user.
type meFile struct {
	MadeAt   time.Time        `json:"made_at"`
	User     people.User      `json:"user"`
	Contacts []people.Contact `json:"contacts"`
	Wants    people.Wants     `json:"wants"`
	Messages []message        `json:"messages"`
	Log      []care.Entry     `json:"log" doc:"sign-ins, looks and changes, as far as they are among the latest of this gateway"`
}

// The log of the gateway is searched as far back as this many rows.
const (
	auditPage  = 500
	auditPages = 20
)

func (r *Room) exportMe(ctx context.Context, u people.User, _ *struct{}) (api.File, error) {
	if _, err := r.a.Slow("export "+string(u.ID), 3, 5*time.Minute); err != nil {
		return api.File{}, err
	}
	me, _, err := r.a.Accounts.User(ctx, u.ID)
	if err != nil {
		return api.File{}, err
	}
	notices, err := r.Records.OwnerNotices(ctx, string(u.ID))
	if err != nil {
		return api.File{}, err
	}
	f := meFile{MadeAt: time.Now().UTC(), User: me, Contacts: some(me.Contacts), Wants: me.Wants, Messages: messages(notices), Log: []care.Entry{}}
	var before uint64
	for range auditPages {
		rows, err := r.a.Audit.Rows(ctx, before, auditPage)
		if err != nil {
			return api.File{}, err
		}
		for _, row := range rows {
			if row.Act.By == u.ID || row.To == "user:"+string(u.ID) {
				f.Log = append(f.Log, row)
			}
		}
		if len(rows) < auditPage {
			break
		}
		before = rows[len(rows)-1].Number
	}
	if err := r.a.Record(ctx, u, care.AuditExported, "user:"+string(u.ID), "all that is kept"); err != nil {
		return api.File{}, err
	}
	return file("me.zip", f, nil, func(w io.Writer) error { return mePage.Execute(w, f) }), nil
}

// file makes a zip of record.json, record.html and what more adds.
func file(name string, record any, more func(*zip.Writer) error, page func(io.Writer) error) api.File {
	return api.File{Name: name, Type: zipType, Write: func(w io.Writer) error {
		z := zip.NewWriter(w)
		j, err := z.Create("record.json")
		if err != nil {
			return err
		}
		e := json.NewEncoder(j)
		e.SetIndent("", "  ")
		if err := e.Encode(record); err != nil {
			return fmt.Errorf("write record.json: %w", err)
		}
		h, err := z.Create("record.html")
		if err != nil {
			return err
		}
		if err := page(h); err != nil {
			return fmt.Errorf("write record.html: %w", err)
		}
		if more != nil {
			if err := more(z); err != nil {
				return err
			}
		}
		return z.Close()
	}}
}

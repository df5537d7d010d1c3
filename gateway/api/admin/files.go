package admin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// maxFile is the greatest length of a file in bytes. A home of 300 beds has about
// 100 KiB.
const maxFile = 8 << 20

// media are the media types of the formats.
var media = map[Format]string{
	YAML:  "application/yaml",
	Excel: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

type exportRequest struct {
	Format Format      `path:"format" enum:"yaml,xlsx"`
	Site   care.SiteID `query:"site" maxLength:"40" doc:"one site; without it all within scope"`
}

type importRequest struct {
	Format   Format `path:"format" enum:"yaml,xlsx"`
	Apply    bool   `query:"apply" doc:"carry it out; without it only say what would happen"`
	Revision string `query:"revision" maxLength:"64" doc:"with apply: that of the trial; when something was changed since, the answer is 409 stale"`
	RawBody  []byte `contentType:"application/octet-stream"`
}

type operation func(id, method, path, summary string, errs ...int) huma.Operation

func (m room) registerFiles(op operation) {
	out := op("export", http.MethodGet, "/api/admin/export/{format}", "All that is registered as one file, without secrets")
	api.Filed(m.API, out, media[Excel], admins, m.exportFile)
	in := op("import", http.MethodPost, "/api/admin/import/{format}", "Bring a file in, or say row by row what it would do", http.StatusConflict, http.StatusRequestEntityTooLarge)
	in.MaxBodyBytes = maxFile
	api.Viewed(m.API, in, admins, m.importFile)
}

func (m room) exportFile(ctx context.Context, u people.User, in *exportRequest) (api.File, error) {
	d, _ := m.Picture()
	if _, known := d.Sites[in.Site]; in.Site != "" && (!known || !d.SeesSite(u, in.Site)) {
		return api.File{}, api.ErrNotFound("site")
	}
	c := everything(d, u, in.Site)
	about := "gateway"
	if in.Site != "" {
		about = "site:" + string(in.Site)
	}
	if err := m.Record(ctx, u, care.AuditExported, about, "register "+string(in.Format)+", "+c.sizes()); err != nil {
		return api.File{}, err
	}
	data, err := m.Files.Write(in.Format, c)
	if err != nil {
		return api.File{}, fmt.Errorf("write the registers as %s: %w", in.Format, err)
	}
	return api.File{
		Name: "shouwang-" + time.Now().Format("20060102") + "." + string(in.Format), Type: media[in.Format],
		Write: func(w io.Writer) error { _, err := w.Write(data); return err },
	}, nil
}

// everything returns what a user administers, of one site or of all.
func everything(d *people.Directory, u people.User, site care.SiteID) Change {
	var c Change
	within := func(id care.SiteID) bool { return (site == "" || id == site) && d.SeesSite(u, id) }
	regions := map[care.RegionID]bool{}
	for _, s := range d.Sites {
		for at := s.Region; within(s.ID) && at != "" && !regions[at]; at = d.Regions[at].Parent {
			regions[at] = true
		}
	}
	for _, r := range sorted(d.Regions, func(a, b care.Region) int { return compare(a.ID, b.ID) }) {
		if regions[r.ID] || site == "" && unrestricted(u) {
			c.Regions = append(c.Regions, r)
		}
	}
	for _, s := range sorted(d.Sites, func(a, b care.Site) int { return compare(a.ID, b.ID) }) {
		if within(s.ID) {
			c.Sites = append(c.Sites, s)
		}
	}
	for _, z := range sorted(d.Zones, func(a, b care.Zone) int { return compare(a.Site+"/"+care.SiteID(a.ID), b.Site+"/"+care.SiteID(b.ID)) }) {
		if within(z.Site) {
			c.Zones = append(c.Zones, z)
		}
	}
	for _, e := range sorted(d.Edges, func(a, b care.Edge) int { return compare(a.Site+"/"+care.SiteID(a.ID), b.Site+"/"+care.SiteID(b.ID)) }) {
		if within(e.Site) {
			c.Edges = append(c.Edges, e)
		}
	}
	for _, r := range sorted(d.Residents, func(a, b people.Resident) int { return compare(a.ID, b.ID) }) {
		if within(r.Site) && r.LeftAt == nil {
			c.Residents = append(c.Residents, r)
		}
	}
	for _, p := range sorted(d.Points, comparePoints) {
		if within(p.Site) && !p.Unregistered && care.ParseSubject(p.ID).Kind == care.SubjectPoint {
			c.Points = append(c.Points, p)
		}
	}
	for _, other := range sorted(d.Users, func(a, b people.User) int { return compare(a.Login, b.Login) }) {
		// Who works elsewhere, too, is in no file that somebody may bring back.
		if edits(d, u, other) && (site == "" || concerns(d, other, site)) {
			other.Subject = "" // who somebody is to a provider no file brings back
			c.Users = append(c.Users, other)
		}
	}
	return c
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// importFile brings a file in. What is wrong with the file itself and what its
// bringer may not do are told together, each beside its cell; whether the rest
// fits what is registered is looked at when that is right.
func (m room) importFile(ctx context.Context, u people.User, in *importRequest) (Outcome, error) {
	sheet, err := m.Files.Read(in.Format, in.RawBody)
	if err != nil {
		return Outcome{}, err
	}
	_, revision := m.Picture()
	if in.Apply && in.Revision != "" && in.Revision != revision {
		return Outcome{}, errStale()
	}
	o, err := m.apply(ctx, u, !in.Apply, about(sheet.Change), func(d *people.Directory) (Change, []RowMistake, error) {
		c := sheet.Change
		mistakes := slices.Clone(sheet.Mistakes)
		for n, r := range c.Residents {
			if was := d.Residents[r.ID]; was.LeftAt != nil {
				mistakes = append(mistakes, RowMistake{Kind: OfResident, Row: n, ID: string(r.ID), Field: "id", Code: CodeNotAllowed, Text: "he has left; let him return first"})
			}
		}
		return c, mistakes, nil
	})
	if err != nil {
		return Outcome{}, err
	}
	for n, w := range o.Mistakes {
		if w.Cell == "" {
			o.Mistakes[n].Cell = sheet.Cell(w.Kind, w.Row, w.Field)
		}
	}
	for n, r := range o.Rows {
		o.Rows[n].Cell = sheet.Cell(r.Kind, r.Row, "")
	}
	return o, nil
}

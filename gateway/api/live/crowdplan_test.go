package live_test

import (
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// A crowd is many screens on one gateway. Who of it sees what is written down
// here by hand, apart from package people, so that a benchmark that checks what
// came does not ask the code that it checks.

// account is one person with some screens open.
type account struct {
	user    people.User
	sockets int
	form    string // what the frames may hold: staff, inspector or family
	sees    func(row) bool
	slow    int // so many of the sockets stop reading when told to
}

// row is one change that a benchmark has committed.
type row struct {
	number   uint64
	incident string
	home     int
	class    care.Class
	resident care.ResidentID
	at       int64 // just before the transaction, in microseconds of Unix time
	phase    string
}

// crowd is a plan with the accounts on it.
type crowd struct {
	plan     ledger.Plan
	accounts []account
	homes    int
	// spare is a resident whom no family watches.
	spare care.ResidentID
}

const (
	homesPerTownship     = 5
	townshipsPerDistrict = 5
)

func siteID(home int) care.SiteID { return care.SiteID(fmt.Sprintf("home-%d", home)) }
func residentID(home int) care.ResidentID {
	return care.ResidentID(fmt.Sprintf("r-%d", home))
}

// residentOf is whom an incident in a home is about; fires and flat batteries
// are about nobody.
func residentOf(home int, c care.Class) care.ResidentID {
	if c == care.Fire || c == care.Battery {
		return ""
	}
	return residentID(home)
}

// classes take turns in every home.
var classes = []care.Class{care.SOS, care.Fire, care.Call, care.Battery}

func text(s string) care.Text { return care.Text{ZH: s, EN: s} }

// homes returns a city of so many nursing homes, with a resident in each. The
// families of every eighth have no consent.
func homes(n int) crowd {
	c := crowd{homes: n, spare: "r-spare"}
	c.plan.Regions = []care.Region{{ID: "city", Level: "city", Name: text("city")}}
	for h := range n {
		township, district := h/homesPerTownship, h/homesPerTownship/townshipsPerDistrict
		d, t := care.RegionID(fmt.Sprintf("district-%d", district)), care.RegionID(fmt.Sprintf("township-%d", township))
		if h%(homesPerTownship*townshipsPerDistrict) == 0 {
			c.plan.Regions = append(c.plan.Regions, care.Region{ID: d, Parent: "city", Level: "district", Name: text(string(d))})
		}
		if h%homesPerTownship == 0 {
			c.plan.Regions = append(c.plan.Regions, care.Region{ID: t, Parent: d, Level: "township", Name: text(string(t))})
		}
		c.plan.Sites = append(c.plan.Sites, care.Site{
			ID: siteID(h), Kind: care.NursingHome, Name: text(fmt.Sprintf("Home %d 号养老院", h)), Region: t, TimeZone: "Asia/Shanghai",
		})
		c.plan.Residents = append(c.plan.Residents, people.Resident{ID: residentID(h), Site: siteID(h), Name: "王奶奶", FamilyConsent: h%8 != 0})
	}
	c.plan.Residents = append(c.plan.Residents, people.Resident{ID: c.spare, Site: siteID(0), Name: "李爷爷"})
	return c
}

func (c *crowd) add(role people.Role, scope people.Scope, form string, sees func(row) bool) *account {
	id := fmt.Sprintf("%s-%d", role, len(c.accounts))
	c.accounts = append(c.accounts, account{
		user:    people.User{ID: care.UserID("u-" + id), Login: id, Name: "陈静", Role: role, Scope: scope},
		sockets: 10, form: form, sees: sees,
	})
	return &c.accounts[len(c.accounts)-1]
}

// district is a city with 2,000 screens: the carers of 100 homes, managers of
// five homes each, inspectors of city, districts and townships, some of the
// fire service, and families.
func district() crowd {
	c := homes(100)
	for h := range c.homes {
		c.add(people.Carer, people.Scope{Sites: []care.SiteID{siteID(h)}}, "staff", func(r row) bool { return r.home == h })
	}
	for t := range c.homes / homesPerTownship {
		var sites []care.SiteID
		for h := range homesPerTownship {
			sites = append(sites, siteID(t*homesPerTownship+h))
		}
		of := func(r row) bool { return r.home/homesPerTownship == t }
		c.add(people.Manager, people.Scope{Sites: sites}, "staff", of)
		c.add(people.Inspector, people.Scope{Regions: []care.RegionID{care.RegionID(fmt.Sprintf("township-%d", t))}}, "inspector", of)
	}
	for d := range c.homes / homesPerTownship / townshipsPerDistrict {
		scope := people.Scope{Regions: []care.RegionID{care.RegionID(fmt.Sprintf("district-%d", d))}}
		of := func(r row) bool { return r.home/homesPerTownship/townshipsPerDistrict == d }
		c.add(people.Inspector, scope, "inspector", of)
		// No detector is registered, so of equipment the fire service sees nothing.
		c.add(people.Inspector, scope, "inspector", func(r row) bool { return of(r) && r.class == care.Fire }).user.Authority = people.FireRescue
	}
	city := people.Scope{Regions: []care.RegionID{"city"}}
	for range 2 {
		c.add(people.Inspector, city, "inspector", func(row) bool { return true }).slow = 10
	}
	for h := range 50 {
		c.add(people.Family, people.Scope{Residents: []care.ResidentID{residentID(h)}}, "family", func(r row) bool {
			return h%8 != 0 && r.resident == residentID(h) && r.class != care.Call
		})
	}
	return c
}

// oneHome is the worst that one frame can do: 2,000 screens of one home.
func oneHome() crowd {
	c := homes(1)
	for i := range 200 {
		a := c.add(people.Carer, people.Scope{Sites: []care.SiteID{siteID(0)}}, "staff", func(row) bool { return true })
		if i < 2 {
			a.slow = 10
		}
	}
	return c
}

func (c crowd) sockets() (n int) {
	for _, a := range c.accounts {
		n += a.sockets
	}
	return n
}

func (c crowd) slow() (n int) {
	for _, a := range c.accounts {
		n += a.slow
	}
	return n
}

// seen returns the incidents that an account has heard of up to a row, sorted.
func (a account) seen(rows []row, upto uint64) []string {
	var ids []string
	for _, r := range rows {
		if r.number <= upto && a.sees(r) {
			ids = append(ids, r.incident)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

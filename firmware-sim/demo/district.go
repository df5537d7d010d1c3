package demo

import (
	"fmt"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

// What the district is made of.
const (
	homesInTownship = 20
	timeZone        = "Asia/Shanghai"
	city            = care.RegionID("yunting")
	district        = care.RegionID("linqi")
)

// townships, with three villages each, all invented.
var townships = []struct {
	id       string
	name     care.Text
	villages []care.Text
}{
	{"xitang", care.Text{ZH: "溪棠镇", EN: "Xitang Town"}, pairs("竹湾村 Zhuwan 棠下村 Tangxia 石渡村 Shidu")},
	{"songlan", care.Text{ZH: "松岚镇", EN: "Songlan Town"}, pairs("云坪村 Yunping 鹤岭村 Heling 松下村 Songxia")},
	{"hepu", care.Text{ZH: "禾浦镇", EN: "Hepu Town"}, pairs("稻香村 Daoxiang 苇塘村 Weitang 渔梁村 Yuliang")},
}

// Unit is one edge with the board under it.
type Unit struct {
	Site   care.SiteID
	Config config.Config
	Board  board.Spec
}

// District is all that is made up: what is registered, the hardware, and whom
// one meets at each place.
type District struct {
	Plan  Plan
	Units []Unit
	// People says who a place of the scenario belongs to, such as 203-1 to
	// 张秀英.
	People map[string]care.Text
}

// Options are what the district must know of the outside.
type Options struct {
	// Seed decides about names, rooms and climate.
	Seed uint64
	// MQTT and HTTPS are where the gateway is, as config.Gateway has them.
	MQTT, HTTPS string
	// Data is the absolute folder in which each edge gets one for its own data.
	Data string
	// Secret returns a new secret at each call; it is Secret but in tests.
	Secret func() string
	// Password returns a new password that a person can type.
	Password func() string
}

// maker is a district in the making.
type maker struct {
	Options
	*District
	names *namer
}

// Build makes the district.
func Build(o Options) *District {
	m := maker{o, &District{People: map[string]care.Text{}}, newNamer(o.Seed)}
	m.regions()
	// The person whom the night begins with has the same name at each seed,
	// because the handbook speaks of her.
	first := m.names.reserve("张秀英", "Zhang Xiuying")
	m.nursingHome(first)
	for i := range townships {
		for n := range homesInTownship {
			m.privateHome(i, n+1)
		}
	}
	m.users()
	m.neighbours()
	return m.District
}

func (m *maker) regions() {
	m.Plan.Regions = []Region{
		{city, "", "city", care.Text{ZH: "云汀市", EN: "Yunting City"}},
		{district, city, "district", care.Text{ZH: "临栖区", EN: "Linqi District"}},
	}
	for _, t := range townships {
		id := care.RegionID(t.id)
		m.Plan.Regions = append(m.Plan.Regions, Region{id, district, "township", t.name})
		for i, v := range t.villages {
			name := care.Text{ZH: v.ZH, EN: v.EN + " Village"}
			m.Plan.Regions = append(m.Plan.Regions, Region{villageID(id, i), id, "village", name})
		}
	}
}

func villageID(township care.RegionID, i int) care.RegionID {
	return care.RegionID(fmt.Sprintf("%s-v%d", township, i+1))
}

// screens are the sign-ins that are no people, and pins what those who work at the
// station enter there. They are the same in each demonstration: nobody gets in
// by them who has not signed the station in.
var (
	screens = map[string]string{"station": "station", "wall": "wall"}
	pins    = map[string]string{"carer": "2580", "leader": "7135"}
)

// users are those who sign in to look around.
func (m *maker) users() {
	var homes []care.SiteID
	for _, s := range m.Plan.Sites {
		if s.Kind == care.PrivateHome {
			homes = append(homes, s.ID)
		}
	}
	for _, u := range []struct {
		login, name, role, authority string
		scope                        Scope
	}{
		{"carer", "李文娟", "carer", "", Scope{Sites: []care.SiteID{nursingHome}}},
		{"leader", "赵敏", "leader", "", Scope{Sites: []care.SiteID{nursingHome}}},
		{"station", "2楼护理站", "carer", "", Scope{Sites: []care.SiteID{nursingHome}, Floors: []string{"2"}}},
		{"wall", "大屏", "carer", "", Scope{Sites: []care.SiteID{nursingHome}}},
		{"community", "陈志远", "carer", "", Scope{Sites: homes}},
		{"inspector", "周立新", "inspector", "", Scope{Regions: []care.RegionID{district}}},
		{"fire", "郑卫国", "inspector", "fire", Scope{Regions: []care.RegionID{district}}},
		{"daughter", "王晓梅", "family", "", Scope{Residents: []care.ResidentID{residentOf("203-1")}}},
		{"operator", "系统管理员", "operator", "", Scope{}},
	} {
		m.Plan.Users = append(m.Plan.Users, User{
			ID: care.UserID("u-" + u.login), Login: u.login, Name: u.name, Role: u.role, Authority: u.authority,
			Station: screens[u.login], PIN: pins[u.login], Password: m.Password(), Scope: u.scope,
		})
	}
}

func residentOf(place string) care.ResidentID { return care.ResidentID("res-" + place) }

// gateway returns how an edge reaches the gateway, with its secret.
func (m *maker) gateway(secret string) config.Gateway {
	return config.Gateway{MQTT: []string{m.MQTT}, HTTPS: []string{m.HTTPS}, Secret: config.Secret(secret)}
}

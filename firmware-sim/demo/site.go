package demo

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

const nursingHome = care.SiteID("evergreen")

// The rooms of the nursing home: on each floor the first ones have two beds, and
// with them a presence button by the door.
// 44 beds in double rooms and 18 in single ones make 62.
var floors = []struct{ floor, rooms, doubles int }{{1, 12, 6}, {2, 14, 8}, {3, 14, 8}}

// wearers are the places whose resident wears a fall sensor; beside them, every
// fifth private home but for the last ones has one: twelve in all, since each
// costs 200 samples a second.
var wearers = map[string]bool{"203-1": true, "108-1": true, "205-2": true, "312-1": true}

const homesWithFallSensor = 8

// presence gives the place a button by which a carer or a community worker says
// that she is there.
func (u *unit) presence() {
	u.contact("presence", "GPIO27", board.Presence, u.place,
		u.point("presence", care.Text{ZH: "护理到场按钮", EN: "Carer's presence button"}, "", ""), "presence")
}

// chamber is the smoke chamber that every room has.
var chamber = config.Chamber{CleanVolts: 0.6, VoltsPerPercent: 0.12, FullVolts: 3}

// lifeSafety is what a sounder in a room sounds for: a call for help is answered
// by a person, not by a siren at the bedside.
var lifeSafety = []care.Class{care.Fire, care.Gas, care.CarbonMonoxide}

// unit is one edge in the making: each part is added to the agent's
// configuration, to the board and to the plan at once, so that they agree.
type unit struct {
	site *Site
	edge care.EdgeID
	cfg  config.Config
	spec board.Spec
	i2c  board.BusSpec
	// prefix stands before the names of points: r203 or home.
	prefix string
	place  string
	zone   care.ZoneID
}

func (m *maker) unit(site *Site, edge care.EdgeID, name care.Text, place, prefix string) *unit {
	secret := m.Secret()
	site.Edges = append(site.Edges, Edge{edge, name, secret})
	u := &unit{site: site, edge: edge, place: place, prefix: prefix, i2c: board.BusSpec{Name: "1"}}
	u.cfg = config.Config{
		Site: site.ID, Edge: edge, Gateway: m.gateway(secret), TimeZone: timeZone,
		Data: filepath.Join(m.Data, string(site.ID), string(edge), "data"),
	}
	u.spec.Seed = m.names.rng.Uint64()
	return u
}

// done adds the finished unit to the district.
func (m *maker) done(u *unit) {
	u.spec.Buses = []board.BusSpec{u.i2c}
	m.Units = append(m.Units, Unit{u.site.ID, u.cfg, u.spec})
}

// point registers a point and returns its id.
func (u *unit) point(what string, name care.Text, bed string, resident care.ResidentID) care.PointID {
	id := care.PointID(u.prefix + "-" + what)
	if bed != "" {
		id = care.PointID(u.prefix + "-" + bed + "-" + what)
	}
	p := Point{ID: id, Edge: u.edge, Zone: u.zone, Name: name, Bed: bed, Resident: resident}
	if what == "smoke" {
		p.Kind = care.FireDetector
	}
	u.site.Points = append(u.site.Points, p)
	return id
}

// contact wires a contact to a pin; keys are the classes and quantities of its
// one point.
func (u *unit) contact(id, pin string, kind board.Kind, place string, point care.PointID, keys ...string) *config.Device {
	d := config.Device{ID: id, Driver: config.Contact, Pin: pin, Points: map[string]care.PointID{}}
	for _, k := range keys {
		d.Points[k] = point
	}
	u.cfg.Devices = append(u.cfg.Devices, d)
	u.spec.Pins = append(u.spec.Pins, board.PinSpec{ID: id, Name: pin, Kind: kind, Place: place})
	return &u.cfg.Devices[len(u.cfg.Devices)-1]
}

// climate adds what watches the air: a smoke chamber on a converter, a sensor of
// temperature and humidity, and the sounder.
func (u *unit) climate(celsius, percent float64, resident care.ResidentID) {
	smoke := u.point("smoke", care.Text{ZH: "烟雾探测器", EN: "Smoke detector"}, "", "")
	air := u.point("air", care.Text{ZH: "温湿度传感器", EN: "Temperature and humidity"}, "", resident)
	u.cfg.Devices = append(u.cfg.Devices,
		config.Device{ID: "smoke", Driver: config.ADS1115Smoke, Bus: "1", Channel: 0, Chamber: &chamber,
			Points: map[string]care.PointID{"fire": smoke, "obscuration": smoke}},
		config.Device{ID: "air", Driver: config.SHT3x, Bus: "1",
			Points: map[string]care.PointID{"temperature": air, "humidity": air}},
		config.Device{ID: "sounder", Driver: config.Sounder, Pin: "GPIO22", Classes: lifeSafety},
	)
	u.i2c.Chips = append(u.i2c.Chips,
		board.ChipSpec{ID: "adc", Model: board.ADS1115, Place: u.place, Chambers: []board.ChamberSpec{{
			ID: "smoke", CleanVolts: chamber.CleanVolts, VoltsPerPercent: chamber.VoltsPerPercent, FullVolts: chamber.FullVolts,
		}}},
		board.ChipSpec{ID: "air", Model: board.SHT3x, Place: u.place, Celsius: celsius, Percent: percent},
	)
	u.spec.Pins = append(u.spec.Pins, board.PinSpec{ID: "sounder", Name: "GPIO22", Kind: board.Sounder, Place: u.place})
}

// battery measures the battery of a device, whose point it is reported at, on the
// converter that climate has added.
func (u *unit) battery(device string) {
	cell := config.Cell{EmptyVolts: 2, FullVolts: 3}
	point := u.cfg.Devices[slices.IndexFunc(u.cfg.Devices, func(d config.Device) bool { return d.ID == device })].Points[device]
	u.cfg.Devices = append(u.cfg.Devices, config.Device{
		ID: "battery", Driver: config.ADS1115Battery, Bus: "1", Channel: 1, Cell: &cell,
		Points: map[string]care.PointID{"battery_level": point, "battery": point},
	})
	for i, c := range u.i2c.Chips {
		if c.Model == board.ADS1115 {
			u.i2c.Chips[i].Batteries = []board.BatterySpec{{ID: "battery", Channel: 1, EmptyVolts: cell.EmptyVolts, FullVolts: cell.FullVolts}}
		}
	}
}

// fallSensor gives a resident one; a board has room for two.
func (u *unit) fallSensor(id, place, bed string, address uint16, resident care.ResidentID) {
	point := u.point("fall", care.Text{ZH: "腰部跌倒传感器", EN: "Waist fall sensor"}, bed, resident)
	u.cfg.Devices = append(u.cfg.Devices, config.Device{
		ID: id, Driver: config.ADXL345, Bus: "1", Address: address, Points: map[string]care.PointID{"fall": point},
	})
	u.i2c.Chips = append(u.i2c.Chips, board.ChipSpec{ID: id, Model: board.ADXL345, Address: address, Place: place})
}

// resident registers a person and says so for the place.
func (m *maker) resident(site *Site, place string, name care.Text, risk *care.Text, consent bool) care.ResidentID {
	id := residentOf(place)
	site.Residents = append(site.Residents, Resident{ID: id, Name: name.ZH, Risk: risk, FamilyConsent: consent})
	m.People[place] = name
	return id
}

// climateOf draws a plausible climate.
func (m *maker) climateOf(celsius float64) (float64, float64) {
	tenth := func(v float64) float64 { return float64(int(v*10)) / 10 }
	return tenth(celsius + 3*m.names.rng.Float64()), tenth(40 + 20*m.names.rng.Float64())
}

// nursingHome makes the home and its forty rooms. The resident of 203-1 is given.
func (m *maker) nursingHome(first care.Text) {
	site := &Site{
		ID: nursingHome, Kind: care.NursingHome, Region: care.RegionID(townships[0].id), TimeZone: timeZone,
		Name:      care.Text{ZH: "云汀市常青养老院", EN: "Evergreen Care Home"},
		Address:   care.Text{ZH: "云汀市临栖区溪棠镇棠湖路18号", EN: "18 Tanghu Road, Xitang Town, Linqi District, Yunting"},
		Telephone: "+860000000018", // 000 is no area of China, so that nobody is called
	}
	site.Longitude, site.Latitude = placeOf(0, 0)
	for _, f := range floors {
		site.Zones = append(site.Zones, corridorOf(f.floor))
		for i := range f.rooms {
			beds := 1
			if i < f.doubles {
				beds = 2
			}
			m.room(site, f.floor, fmt.Sprintf("%d%02d", f.floor, i+1), beds, first)
		}
	}
	m.Plan.Sites = append(m.Plan.Sites, *site)
}

func (m *maker) room(site *Site, floor int, number string, beds int, first care.Text) {
	name := care.Text{ZH: number + "房", EN: "Room " + number}
	u := m.unit(site, care.EdgeID("room-"+number), care.Text{ZH: number + "房边缘终端", EN: "Edge of room " + number}, number, "r"+number)
	u.zone = care.ZoneID("r" + number)
	site.Zones = append(site.Zones, Zone{u.zone, fmt.Sprint(floor), name, care.Bedroom, shapeOf(floor, number)})
	m.People[number] = name
	pins := [][2]string{{"GPIO5", "GPIO12"}, {"GPIO6", "GPIO13"}}
	for i := range beds {
		bed := fmt.Sprint(i + 1)
		place := number + "-" + bed
		who := first
		if place != "203-1" {
			who = m.names.next()
		}
		atRisk := wearers[place]
		var risk *care.Text
		switch r := m.names.rng.IntN(10); {
		case atRisk:
			risk = &care.Text{ZH: "高跌倒风险", EN: "High risk of falling"}
		case r == 0:
			risk = &care.Text{ZH: "吸氧，禁明火", EN: "On oxygen, no open flame"}
		case r == 1:
			risk = &care.Text{ZH: "认知症，夜间易走动", EN: "Dementia, walks about at night"}
		}
		resident := m.resident(site, place, who, risk, atRisk || m.names.rng.IntN(8) > 0)
		site.Residents[len(site.Residents)-1].sleeps(u.zone, bed, place, risk)
		call := u.point("call", care.Text{ZH: "床头呼叫按钮", EN: "Bedside button"}, bed, resident)
		u.contact("call-"+bed, pins[i][0], board.Button, place, call, "call", "sos")
		mat := u.point("mat", care.Text{ZH: "床垫传感器", EN: "Bed mat"}, bed, resident)
		if risk != nil {
			u.contact("mat-"+bed, pins[i][1], board.Mat, place, mat, "occupancy", "bed_exit").Absent = 10 * time.Second
		} else {
			u.contact("mat-"+bed, pins[i][1], board.Mat, place, mat, "occupancy")
		}
		if atRisk {
			// The first sensor has the default address, which needs no mention.
			u.fallSensor("fall-"+bed, place, bed, []uint16{0, 0x1D}[i], resident)
		}
		if place == "203-1" { // up and about, because she is going to fall
			u.spec.Pins[len(u.spec.Pins)-1].Empty = true
		}
	}
	cord := u.point("cord", care.Text{ZH: "卫生间紧急拉绳", EN: "Bathroom cord"}, "", "")
	u.contact("cord", "GPIO17", board.Cord, number, cord, "sos")
	if beds > 1 {
		u.presence()
	}
	celsius, percent := m.climateOf(21)
	u.climate(celsius, percent, "")
	m.done(u)
}

// privateHome makes home n of a township, where one person lives alone.
func (m *maker) privateHome(township, n int) {
	t := townships[township]
	village := t.villages[n%len(t.villages)]
	id := care.SiteID(fmt.Sprintf("%s-%02d", t.id, n))
	who := m.names.next()
	site := &Site{
		ID: id, Kind: care.PrivateHome, TimeZone: timeZone,
		Region:  villageID(care.RegionID(t.id), n%len(t.villages)),
		Name:    care.Text{ZH: who.ZH + "家", EN: "Home of " + who.EN},
		Address: care.Text{ZH: fmt.Sprintf("云汀市临栖区%s%s%d号", t.name.ZH, village.ZH, 10+3*n), EN: fmt.Sprintf("%d %s Village, %s", 10+3*n, village.EN, t.name.EN)},
		Zones: []Zone{
			{ID: "living", Floor: "1", Name: care.Text{ZH: "客厅", EN: "Living room"}, Kind: care.Common},
			{ID: "kitchen", Floor: "1", Name: care.Text{ZH: "厨房", EN: "Kitchen"}, Kind: care.Kitchen},
		},
	}
	site.Longitude, site.Latitude = placeOf(township, n)
	u := m.unit(site, "home", care.Text{ZH: "居家边缘终端", EN: "Home edge"}, string(id), "home")
	resident := m.resident(site, string(id), who, &care.Text{ZH: "独居", EN: "Lives alone"}, m.names.rng.IntN(8) > 0)
	u.zone = "living"
	u.contact("sos", "GPIO5", board.Button, u.place, u.point("sos", care.Text{ZH: "紧急呼叫挂件", EN: "SOS pendant"}, "", resident), "sos")
	u.contact("door", "GPIO6", board.Door, u.place, u.point("door", care.Text{ZH: "入户门", EN: "Front door"}, "", resident), "contact")
	if home := township*homesInTownship + n; home%5 == 2 && home <= 5*homesWithFallSensor {
		u.fallSensor("fall", u.place, "", 0, resident)
	}
	u.presence()
	u.zone = "kitchen"
	celsius, percent := m.climateOf(17)
	u.climate(celsius, percent, resident)
	u.battery("sos")
	m.done(u)
	m.Plan.Sites = append(m.Plan.Sites, *site)
}

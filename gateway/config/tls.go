package config

// Own is the text in the settings that names the gateway's own certificate
// authority.
const Own = "own"

// TLS is what a listener shows to prove itself: in the settings either own, a
// certificate of the authority that the gateway makes at its first use, or the
// files {certificate: …, key: …}. The zero value is a listener without TLS.
type TLS struct {
	// Word is Own for the gateway's own authority; the files are empty then.
	Word string `yaml:"-"`
	// Certificate and Key are files in PEM. They are read again when they change.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// Set reports whether there is a certificate.
func (t TLS) Set() bool { return t.Own() || t.Certificate != "" && t.Key != "" }

// Own reports whether it is the gateway's own authority.
func (t TLS) Own() bool { return t.Word == Own }

// UnmarshalYAML reads the word or the files.
func (t *TLS) UnmarshalYAML(unmarshal func(any) error) error {
	var word string
	if err := unmarshal(&word); err == nil {
		*t = TLS{Word: word}
		return nil
	}
	type files TLS // without this method
	var f files
	if err := unmarshal(&f); err != nil {
		return err
	}
	*t = TLS(f)
	return nil
}

// checkTLS finds listeners that could be read or taken over on their way.
func (c Config) checkTLS(bad func(path, format string, args ...any)) {
	for _, l := range []struct {
		path string
		tls  TLS
	}{{"web.tls", c.Web.TLS}, {"mqtt.tls", c.MQTT.TLS}} {
		if w := l.tls.Word; w != "" && w != Own {
			bad(l.path, "%q is neither %q, for an authority that the gateway makes, nor {certificate: FILE, key: FILE}", w, Own)
		}
		if (l.tls.Certificate == "") != (l.tls.Key == "") {
			bad(l.path, "certificate and key belong together; one is missing")
		}
	}
	if !c.Web.TLS.Set() && !c.Web.Plain && !Loopback(c.Web.Address) {
		bad("web.address", "%s is reachable from outside and there is no web.tls; write web.tls: own for an authority that the gateway makes, give a certificate, or set web.plain: true when a proxy in front ends TLS", c.Web.Address)
	}
	if !c.MQTT.TLS.Set() && !Loopback(c.MQTT.Address) {
		bad("mqtt.address", "%s is reachable from outside, where MQTT is TLS only; write mqtt.tls: own or give a certificate", c.MQTT.Address)
	}
	if c.MQTT.ClientCA != "" && !c.MQTT.TLS.Set() {
		bad("mqtt.client_ca", "edges can show certificates by TLS only; write mqtt.tls: own or give a certificate")
	}
}

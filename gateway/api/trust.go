package api

import (
	"html/template"
	"net/http"
	"strings"
	"time"
)

// Trust is the certificate authority of the gateway itself, which no device knows
// before somebody has told it.
type Trust struct {
	// Certificate is in DER. Name is how lists of devices show it, Fingerprint its
	// SHA-256 as pairs of hexadecimal digits with colons between.
	Certificate []byte
	Name        string
	Fingerprint string
	Ends        time.Time
	// Reach returns the host, with its port, by which devices reach the gateway,
	// given the one by which the page was opened; empty when it knows none.
	Reach func(opened string) string
}

// trustPath is where the certificate is; the name at its end is what a tablet
// calls the file.
const trustPath = "/trust/ca.crt"

// trustPage is how a device learns to trust the gateway. Whoever opens it has no
// account yet, and his browser has just warned him.
type trustPage struct {
	Lang, Title         string
	Other, OtherName    string // the page in the other language
	Why                 []string
	CompareTitle        string
	Compare             []string
	Fingerprint         []string // in lines
	Name, Ends          string
	GetTitle, GetButton string
	Link                string
	Scan, ScanAlt       string
	QR                  template.HTML // our own drawing; empty without a host
	StepsTitle          string
	Devices             []trustSteps
	Notes               []string
}

// trustSteps are what to do on a kind of device.
type trustSteps struct {
	Device string
	Steps  []string
}

func (a *API) registerTrust() {
	a.routes.HandleFunc("GET /trust", a.trust)
	a.routes.HandleFunc("GET "+trustPath, a.trustedCertificate)
}

// noTrust answers where there is nothing to trust.
func (a *API) noTrust(w http.ResponseWriter, r *http.Request) {
	l := trustLang(r)
	a.say(w, r, http.StatusNotFound, l, l.say("这里没有要信任的证书", "There is nothing to trust here"),
		l.say("本网关没有使用自己的证书颁发机构。如果浏览器仍然警告，请联系系统管理员。",
			"This gateway does not use a certificate authority of its own. If the browser warns all the same, ask the operator."))
}

// trustLang is the language that the switch on the page names, else the browser's.
func trustLang(r *http.Request) lang {
	if chosen := r.URL.Query().Get("lang"); chosen != "" {
		return langOf(chosen)
	}
	return acceptedLang(r)
}

// trustedCertificate hands out the certificate in DER, which every system takes.
func (a *API) trustedCertificate(w http.ResponseWriter, r *http.Request) {
	if a.Trust == nil {
		a.noTrust(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-x509-ca-cert")
	h.Set("Cache-Control", "no-store")
	w.Write(a.Trust.Certificate)
}

func (a *API) trust(w http.ResponseWriter, r *http.Request) {
	if a.Trust == nil {
		a.noTrust(w, r)
		return
	}
	p := a.renderTrust(trustLang(r))
	if host := a.Trust.Reach(r.Host); host != "" {
		drawn, err := qrCode("https://" + host + trustPath)
		if err != nil { // longer than a code can hold
			a.Log.ErrorContext(r.Context(), "the QR code of the trust page cannot be drawn", "host", host, "error", err)
		}
		p.QR = template.HTML(drawn)
	}
	a.writePage(w, r, http.StatusOK, "trust.html", p)
}

// renderTrust is the page without its QR code.
func (a *API) renderTrust(l lang) trustPage {
	t := a.Trust
	return trustPage{
		Lang: l.tag(), Title: l.say("让本设备信任守望网关", "Have this device trust the gateway"),
		Other: l.say("?lang=en", "?lang=zh"), OtherName: l.say("English", "中文"),
		Why: []string{
			l.say("本网关在院内网络上使用自己的证书颁发机构。设备不认识它，所以浏览器会警告，直到您在这台设备上安装它的证书。每台平板、手机和电脑只需做一次。",
				"On this network the gateway uses a certificate authority of its own. A device does not know it, so the browser warns until you install its certificate. Each tablet, phone and computer needs this once."),
			l.say("这个证书只对私有地址和本网关的名称有效，不能冒充其他网站。",
				"The certificate is good for private addresses and this gateway's names only: nobody can use it to pose as another website."),
		},
		CompareTitle: l.say("1. 先核对指纹", "1. First compare the fingerprint"),
		// A forged page could show the right digits and give a wrong certificate: what
		// counts is what the device itself shows of the one that it got.
		Compare: []string{
			l.say("下面的 SHA-256 指纹必须与管理员在网关上运行 gateway pki show 时显示的完全一致。如果不一致，不要安装，立即告诉管理员：可能有人在冒充网关。",
				"The SHA-256 fingerprint below must equal what “gateway pki show” prints on the gateway. If it does not, install nothing and tell the operator at once: somebody may be posing as the gateway."),
			l.say("假冒的页面也能显示正确的数字，所以安装时还要在设备上再核对一次，见下面的步骤。",
				"A forged page could show the right digits, too: so compare again on the device while you install, as the steps below say."),
		},
		Fingerprint: fingerprintLines(t.Fingerprint),
		Name:        l.say("名称：", "Name: ") + t.Name,
		Ends:        l.say("有效期至 ", "Good until ") + t.Ends.UTC().Format(time.DateOnly),
		GetTitle:    l.say("2. 下载证书", "2. Get the certificate"), GetButton: l.say("下载证书", "Get the certificate"), Link: trustPath,
		Scan:       l.say("要给另一台设备安装，用它的相机扫这个码：", "To install it on another device, scan this with its camera:"),
		ScanAlt:    l.say("证书下载地址的二维码", "QR code of the certificate's address"),
		StepsTitle: l.say("3. 安装", "3. Install it"),
		Devices:    trustDevices(l),
		Notes: []string{
			l.say("完成后，关闭浏览器再打开看板：不应再有警告。", "Then close the browser and open the board again: it must not warn any more."),
		},
	}
}

// fingerprintLines breaks a fingerprint into lines of eight bytes, which people
// can read to each other.
func fingerprintLines(fingerprint string) []string {
	const perLine = 8 * len("AB:")
	var lines []string
	for len(fingerprint) > perLine {
		lines, fingerprint = append(lines, fingerprint[:perLine]), fingerprint[perLine:]
	}
	return append(lines, strings.TrimSuffix(fingerprint, ":"))
}

// trustDevices are the ways of each system, by the names in its own menus.
func trustDevices(l lang) []trustSteps {
	return []trustSteps{
		{l.say("iPad、iPhone", "iPad, iPhone"), []string{
			l.say("用 Safari 打开本页，点“下载证书”，选“允许”。", "Open this page in Safari, tap “Get the certificate”, and “Allow”."),
			l.say("打开“设置”，点顶部的“已下载描述文件”（或“通用”›“VPN与设备管理”）。",
				"Open Settings and tap “Profile Downloaded” at the top (or General › VPN & Device Management)."),
			l.say("点“更多详细信息”›证书名称，核对 SHA-256 指纹。一致才点“安装”，输入锁屏密码。",
				"Tap “More Details” › the certificate and compare its SHA-256 fingerprint. Only if it is the same, tap Install and enter the passcode."),
			l.say("还要打开完全信任：“设置”›“通用”›“关于本机”›“证书信任设置”，打开这个证书的开关。不做这一步，警告不会消失。",
				"Then enable full trust: Settings › General › About › Certificate Trust Settings, and switch this certificate on. Without this step the warning stays."),
		}},
		{l.say("安卓", "Android"), []string{
			l.say("点“下载证书”。安卓 11 及以上不会从浏览器直接安装，下载后继续下一步。", "Tap “Get the certificate”. Android 11 and later do not install it from the browser: go on after the download."),
			l.say("打开“设置”›“安全”›“更多安全设置”›“加密与凭据”›“安装证书”›“CA 证书”（各品牌名称略有不同，可在设置中搜索“CA 证书”）。",
				"Open Settings › Security › More security settings › Encryption & credentials › Install a certificate › CA certificate (makers name these differently: search the settings for “CA certificate”)."),
			l.say("选“仍然安装”，输入锁屏密码，选择下载的 ca.crt。", "Choose “Install anyway”, enter the screen lock, and pick the downloaded ca.crt."),
			l.say("在“加密与凭据”›“信任的凭据”›“用户”中点开它，核对 SHA-256 指纹；不一致就马上移除。",
				"Under Encryption & credentials › Trusted credentials › User open it and compare its SHA-256 fingerprint; if it differs, remove it at once."),
			l.say("用 Chrome 打开看板。Firefox 使用自己的证书列表。", "Open the board in Chrome; Firefox has a list of its own."),
		}},
		{l.say("鸿蒙", "HarmonyOS"), []string{
			l.say("点“下载证书”，保存文件。", "Tap “Get the certificate” and save the file."),
			l.say("打开“设置”›“安全”（或“隐私和安全”）›“更多安全设置”›“加密和凭据”›“从存储设备安装”，选择 ca.crt。在设置中搜索“证书”也能找到。",
				"Open Settings › Security (or Privacy & security) › More security settings › Encryption & credentials › Install from storage, and pick ca.crt. Searching the settings for “certificate” finds it, too."),
			l.say("用途选“VPN 和应用”（或“CA 证书”），输入锁屏密码。", "As its use choose “VPN and apps” (or “CA certificate”), and enter the screen lock."),
			l.say("在同一处的“受信任的凭据”›“用户”中点开它，核对 SHA-256 指纹；不一致就马上移除。",
				"In the same place under Trusted credentials › User open it and compare its SHA-256 fingerprint; if it differs, remove it at once."),
		}},
		{l.say("Windows 电脑", "Windows"), []string{
			l.say("点“下载证书”。在下载文件夹中打开命令提示符，运行 certutil -hashfile ca.crt SHA256，核对数字。",
				"Get the certificate. In the folder of downloads open a command prompt, run certutil -hashfile ca.crt SHA256, and compare the digits."),
			l.say("一致才双击 ca.crt，点“安装证书”。", "Only if they are the same, double-click ca.crt and press “Install Certificate”."),
			l.say("选“当前用户”（或“本地计算机”，对所有人有效），再选“将所有的证书都放入下列存储”›“受信任的根证书颁发机构”。",
				"Choose “Current User” (or “Local Machine” for everybody), then “Place all certificates in the following store” › “Trusted Root Certification Authorities”."),
			l.say("Windows 会再问一次；那里显示的是 SHA-1 指纹，与上面的不同。确认后重新打开 Edge 或 Chrome。",
				"Windows asks once more; the thumbprint that it shows there is a SHA-1 and not the one above. Confirm, and open Edge or Chrome again."),
		}},
	}
}

// certified reports whether an edge shows the certificate that is demanded of it.
func (a *API) certified(r *http.Request, e edgeName) bool {
	if a.EdgeCertificate == nil {
		return true
	}
	err := a.EdgeCertificate(r.TLS, e.site, e.edge)
	if err != nil {
		a.Log.WarnContext(r.Context(), "an edge shows no certificate of its own", "site", e.site, "edge", e.edge, "remote", remote(r), "error", err)
	}
	return err == nil
}

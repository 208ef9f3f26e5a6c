package triage

// Zone gives the customer's IANA time zone, and the region it was taken from:
// none, when the contact's own is known. Without either it is empty, and times
// are shown in UTC.
func (c Case) Zone() (zone, region string) {
	if c.Contact.Zone != "" {
		return c.Contact.Zone, ""
	}
	if len(c.Regions) != 1 {
		return "", ""
	}
	region = c.Regions[0].Value
	if zone = zones[region]; zone == "" {
		return "", ""
	}
	return zone, region
}

// zones are the time zones of countries where one clock is that of nearly
// everybody, or of the large majority. Countries where it would often be wrong
// (the United States, Canada, Australia) are left out on purpose.
var zones = map[string]string{
	"ID": "Asia/Jakarta", "VN": "Asia/Ho_Chi_Minh", "TH": "Asia/Bangkok", "PH": "Asia/Manila", "MY": "Asia/Kuala_Lumpur", "SG": "Asia/Singapore",
	"KH": "Asia/Phnom_Penh", "LA": "Asia/Vientiane", "MM": "Asia/Yangon", "BN": "Asia/Brunei", "TL": "Asia/Dili",
	"IN": "Asia/Kolkata", "PK": "Asia/Karachi", "BD": "Asia/Dhaka", "LK": "Asia/Colombo", "NP": "Asia/Kathmandu", "BT": "Asia/Thimphu", "MV": "Indian/Maldives", "AF": "Asia/Kabul",
	"JP": "Asia/Tokyo", "KR": "Asia/Seoul", "TW": "Asia/Taipei", "HK": "Asia/Hong_Kong", "MO": "Asia/Macau", "CN": "Asia/Shanghai", "MN": "Asia/Ulaanbaatar",
	"SA": "Asia/Riyadh", "AE": "Asia/Dubai", "QA": "Asia/Qatar", "KW": "Asia/Kuwait", "BH": "Asia/Bahrain", "OM": "Asia/Muscat", "YE": "Asia/Aden", "IQ": "Asia/Baghdad",
	"IR": "Asia/Tehran", "TR": "Europe/Istanbul", "JO": "Asia/Amman", "LB": "Asia/Beirut", "SY": "Asia/Damascus", "PS": "Asia/Gaza", "IL": "Asia/Jerusalem", "CY": "Asia/Nicosia",
	"KZ": "Asia/Almaty", "UZ": "Asia/Tashkent", "KG": "Asia/Bishkek", "TJ": "Asia/Dushanbe", "TM": "Asia/Ashgabat", "AZ": "Asia/Baku", "AM": "Asia/Yerevan", "GE": "Asia/Tbilisi",
	"EG": "Africa/Cairo", "LY": "Africa/Tripoli", "TN": "Africa/Tunis", "DZ": "Africa/Algiers", "MA": "Africa/Casablanca", "SD": "Africa/Khartoum", "NG": "Africa/Lagos", "GH": "Africa/Accra",
	"CI": "Africa/Abidjan", "SN": "Africa/Dakar", "ML": "Africa/Bamako", "CM": "Africa/Douala", "KE": "Africa/Nairobi", "TZ": "Africa/Dar_es_Salaam", "UG": "Africa/Kampala", "ET": "Africa/Addis_Ababa",
	"RW": "Africa/Kigali", "ZA": "Africa/Johannesburg", "ZM": "Africa/Lusaka", "ZW": "Africa/Harare", "MZ": "Africa/Maputo", "AO": "Africa/Luanda",
	"GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon", "ES": "Europe/Madrid", "FR": "Europe/Paris", "DE": "Europe/Berlin", "IT": "Europe/Rome", "NL": "Europe/Amsterdam",
	"BE": "Europe/Brussels", "LU": "Europe/Luxembourg", "CH": "Europe/Zurich", "AT": "Europe/Vienna", "DK": "Europe/Copenhagen", "SE": "Europe/Stockholm", "NO": "Europe/Oslo", "FI": "Europe/Helsinki",
	"PL": "Europe/Warsaw", "CZ": "Europe/Prague", "SK": "Europe/Bratislava", "HU": "Europe/Budapest", "RO": "Europe/Bucharest", "BG": "Europe/Sofia", "GR": "Europe/Athens", "RS": "Europe/Belgrade",
	"HR": "Europe/Zagreb", "SI": "Europe/Ljubljana", "BA": "Europe/Sarajevo", "LT": "Europe/Vilnius", "LV": "Europe/Riga", "EE": "Europe/Tallinn", "MD": "Europe/Chisinau", "UA": "Europe/Kyiv", "BY": "Europe/Minsk",
	"RU": "Europe/Moscow", "MX": "America/Mexico_City", "GT": "America/Guatemala", "HN": "America/Tegucigalpa", "SV": "America/El_Salvador", "NI": "America/Managua", "CR": "America/Costa_Rica", "PA": "America/Panama",
	"CU": "America/Havana", "DO": "America/Santo_Domingo", "PR": "America/Puerto_Rico", "JM": "America/Jamaica", "HT": "America/Port-au-Prince", "CO": "America/Bogota", "VE": "America/Caracas", "EC": "America/Guayaquil",
	"PE": "America/Lima", "BO": "America/La_Paz", "PY": "America/Asuncion", "UY": "America/Montevideo", "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago", "BR": "America/Sao_Paulo", "NZ": "Pacific/Auckland",
}

package main

import (
	"example.com/weather-events-api/constructs/weatherevents"
)

func acknowledge(weather weatherevents.WeatherEventsApi) {}

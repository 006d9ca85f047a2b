package walkthrough_test

import (
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/weather-events-api/internal/walkthrough"
)

// apiFaults are possible faults of the API.
var apiFaults = []fault{
	{
		name:  "API down",
		apply: func(_ *fake, target *walkthrough.Target) { target.APIURL = closedURL },
		want: map[int]string{
			2: "no answer: dial tcp", 4: "no answer: dial tcp", 5: "no answer: dial tcp",
			7: "no answer: dial tcp", 8: "call 1: no answer: dial tcp",
			9: "GET / without a token: no answer: dial tcp",
		},
	},
	{
		name: "tokens expire during the walk-through",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				expired := d.tokenRequests.Load() == 4 && r.Header.Get("Authorization") != ""
				if expired {
					writeJSON(w, http.StatusUnauthorized, map[string]any{"message": "The incoming token has expired"})
				}
				return expired
			}
		},
		want: map[int]string{8: `call 1: 401 {"message":"The incoming token has expired"}`},
	},
	{
		name:  "scopes not checked",
		apply: func(d *fake, _ *walkthrough.Target) { d.unchecked = true },
		want: map[int]string{
			4: `not refused: 200 {"events": [ {"name": "Storms Dudley`,
			9: "GET / with weather-api/post: 200; POST / with weather-api/get: 400",
		},
	},
	{
		name:  "403 instead of 401",
		apply: func(d *fake, _ *walkthrough.Target) { d.refusal = http.StatusForbidden },
		want: map[int]string{
			4: `403 {"message":"Unauthorized"}`, 7: `403 {"message":"Unauthorized"}`,
			9: "GET / without a token: 403; GET / with weather-api/post: 403; POST / without",
		},
	},
	{
		name: "GET is public",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				public := r.Method == http.MethodGet && r.Header.Get("Authorization") == ""
				if public {
					io.WriteString(w, d.events)
				}
				return public
			}
		},
		want: map[int]string{7: "not refused: 200", 9: "GET / without a token: 200"},
	},
	{
		name: "POST is public",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onAPI(http.MethodPost, func(w http.ResponseWriter) { io.WriteString(w, d.created) })
		},
		want: map[int]string{9: "POST / without a token: 200; POST / with weather-api/get: 200"},
	},
	{
		name: "POST takes every token",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				public := r.Method == http.MethodPost && r.Header.Get("Authorization") != ""
				if public {
					io.WriteString(w, d.created)
				}
				return public
			}
		},
		want: map[int]string{9: "POST / with weather-api/get: 200"},
	},
	{
		name: "POST refused",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onAPI(http.MethodPost, func(w http.ResponseWriter) {
				writeJSON(w, http.StatusForbidden, map[string]any{"message": "Missing Authentication Token"})
			})
		},
		want: map[int]string{5: `403 {"message":"Missing Authentication Token"}`, 9: "POST / without a token: 403"},
	},
	{
		name:  "POST answers something else",
		apply: func(d *fake, _ *walkthrough.Target) { d.created = `{"message":"success","id":1}` },
		want:  map[int]string{5: `200 {"message":"success","id":1}`},
	},
	{
		name:  "POST answers nothing",
		apply: func(d *fake, _ *walkthrough.Target) { d.created = "" },
		want:  map[int]string{5: "200 with an empty body"},
	},
	{
		name:  "wrong content type",
		apply: func(d *fake, _ *walkthrough.Target) { d.contentType = "text/html" },
		want:  map[int]string{2: `200, but the Content-Type is "text/html"`},
	},
	{
		name:  "one event missing",
		apply: func(d *fake, _ *walkthrough.Target) { d.events = `{"events":[{"name":"Storm"}]}` },
		want:  map[int]string{2: `200, but the number of events is 1: [{"name":"Storm"}]`},
	},
	{
		name: "another date",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.events = strings.Replace(d.events, "2022-01-31", "2022-02-01", 1)
		},
		want: map[int]string{2: `200, but event 2 is {"dateEnd":"2022-02-01"`},
	},
	{
		name:  "no list of events",
		apply: func(d *fake, _ *walkthrough.Target) { d.events = `{"Events":[]}` },
		want:  map[int]string{2: "200, but events is missing, not a list"},
	},
	{
		name:  "events that are no objects",
		apply: func(d *fake, _ *walkthrough.Target) { d.events = `{"events":["a",{"name":{}}]}` },
		want:  map[int]string{2: `200, but event 1 is "a"`},
	},
	{
		name:  "events are garbage",
		apply: func(d *fake, _ *walkthrough.Target) { d.events = `{"events":[` + "\x1b[2J" },
		want:  map[int]string{2: `200, but the body is not a JSON object: {"events":[` + "\uFFFD[2J"},
	},
	{
		name: "endless body",
		apply: func(d *fake, target *walkthrough.Target) {
			target.Timeout = time.Minute
			d.intercept = onAPI(http.MethodPost, func(w http.ResponseWriter) {
				for err := error(nil); err == nil; {
					_, err = w.Write(make([]byte, 1<<16))
				}
			})
		},
		want: map[int]string{5: "200 with a body of more than 1048576 bytes", 9: "POST / without a token: 200 with"},
	},
	{
		name: "body cut short",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onAPI(http.MethodPost, func(w http.ResponseWriter) {
				w.Header().Set("Content-Length", "100")
				io.WriteString(w, "{")
			})
		},
		want: map[int]string{5: "no usable answer: unexpected EOF", 9: "POST / without a token: no usable"},
	},
	{
		name: "API redirects",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onAPI(http.MethodPost, func(w http.ResponseWriter) {
				w.Header().Set("Location", "https://example.com/")
				w.WriteHeader(http.StatusTemporaryRedirect)
			})
		},
		want: map[int]string{5: `307, a redirect to "https://example.com/"`, 9: "POST / without a token: 307"},
	},
	{
		name: "too slow",
		apply: func(d *fake, target *walkthrough.Target) {
			target.Timeout = time.Second
			d.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
				slow := r.URL.Path == "/weather" && r.Method == http.MethodPost
				if slow {
					io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				}
				return slow
			}
		},
		want: map[int]string{5: "no answer within 1s", 9: "POST / without a token: no answer within 1s"},
	},
}

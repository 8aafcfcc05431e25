vcl 4.1;

# Varnish in front of Pennypress: PENNYPRESS_EDGE_URL=varnish://127.0.0.1:6081
import std;

backend default {
    .host = "127.0.0.1";
    .port = "8000";
}

# Who may have pages forgotten: the machine of the site.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers || !req.http.X-Purge-Tags) {
            return (synth(405, "Not allowed"));
        }
        ban("obj.http.Cache-Tag ~ (^|,)(" + req.http.X-Purge-Tags + ")(,|$)");
        return (synth(200, "Forgotten"));
    }
    if (req.http.Upgrade || req.http.Accept == "text/event-stream") {
        return (pipe);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Ready pages are the same with and without cookies; what is not says that it is private and is never kept below.
    return (hash);
}

sub vcl_backend_response {
    if (beresp.http.Surrogate-Control ~ "max-age=[0-9]+" && !beresp.http.Set-Cookie) {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, ".*max-age=([0-9]+).*", "\1") + "s", 0s);
        set beresp.grace = 30s;
        set beresp.uncacheable = false;
    } elsif (beresp.http.Cache-Control ~ "immutable") {
        set beresp.ttl = 1d;
    } else {
        # Not kept; and the next reader need not wait for this one's answer.
        set beresp.ttl = 120s;
        set beresp.uncacheable = true;
    }
}

sub vcl_deliver {
    # Words between the site and this cache; readers' own copies ask each time.
    unset resp.http.Surrogate-Key;
    unset resp.http.Surrogate-Control;
    unset resp.http.Cache-Tag;
    unset resp.http.CDN-Cache-Control;
}

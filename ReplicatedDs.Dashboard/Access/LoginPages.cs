using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>The pages that are shown without being signed in. They need no script.</summary>
internal static class LoginPages
{
    public static Task WriteHowToGetInAsync(HttpContext context, string title) => WriteAsync(context, title, """
        <p>Open the login address that the AppHost printed when it started. It looks like
        <code>http://127.0.0.1:7080/login?t=…</code> and also stands in <code>cluster.json</code> in the data folder, as <code>dashboard</code>.</p>
        <p>An address from an earlier start may no longer be good: take the newest one.</p>
        <p>Who has the secret itself can <a href="/login">sign in with it</a>.</p>
        """);

    /// <param name="note">What went wrong before, in a sentence.</param>
    public static Task WriteFormAsync(HttpContext context, IAntiforgery antiforgery, string title, string? note)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);

        // Without a referrer browsers send a form's origin as "null". This address holds no secret.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        return WriteAsync(context, title, $"""
            {(note is null ? "" : $"<p role=\"alert\" class=\"tone-error\">{HtmlEncoder.Default.Encode(note)}</p>")}
            <form method="post" action="/login" class="key-form">
              <input type="hidden" name="{tokens.FormFieldName}" value="{HtmlEncoder.Default.Encode(tokens.RequestToken ?? "")}">
              <div class="field wide">
                <label for="secret">The secret of this dashboard (<code>Dashboard:Token</code>)</label>
                <input id="secret" name="{LoginEndpoints.Field}" type="password" class="plain-field" autocomplete="current-password" required autofocus>
              </div>
              <button type="submit" class="action strong">Sign in</button>
            </form>
            """);
    }

    public static Task WriteLockedAsync(HttpContext context, TimeSpan wait) => WriteAsync(context, "Too many failed logins", $"""
        <p>Nobody is let in from here for {Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.InvariantCulture)} min, with whatever secret. Who is signed in stays so.</p>
        """);

    /// <summary>
    /// A cookie of SameSite=Strict is not sent along a redirect that began on another site (a link in a chat). A page that goes
    /// on by itself begins anew, on this site.
    /// </summary>
    public static Task WriteGoOnAsync(HttpContext context)
    {
        context.Response.Headers["Refresh"] = "0;url=/";
        return WriteAsync(context, "Signed in", """<p>Going on to <a href="/">the cluster</a>.</p>""");
    }

    private static Task WriteAsync(HttpContext context, string title, string body)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var heading = HtmlEncoder.Default.Encode(title);
        return context.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{heading} · ReplicatedDs</title>
              <link rel="icon" href="data:,">
              <link rel="stylesheet" href="/app.css">
              <script src="/js/theme.js"></script>
            </head>
            <body class="plain">
              <main>
                <h1>{heading}</h1>
                {body}
              </main>
            </body>
            </html>
            """);
    }
}

namespace ReplicatedDs.Dashboard.Access;

/// <summary><c>GET /login?t=…</c> turns the login secret into a cookie.</summary>
internal static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder routes) => routes.MapGet("/login", LoginAsync).AllowAnonymous();

    private static Task LoginAsync(HttpContext context, AccessTicket ticket)
    {
        if (!ticket.IsOpen && !ticket.AcceptsToken(context.Request.Query["t"]))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return LoginPages.WriteHowToGetInAsync(context, "This login address is not good");
        }

        context.Response.Headers.CacheControl = "no-store";
        if (!ticket.IsOpen)
        {
            context.Response.Cookies.Append(
                AccessTicket.CookieName(context.Request),
                ticket.CookieValue,
                new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/" });
        }

        if (context.Request.Headers["Sec-Fetch-Site"] == "cross-site")
        {
            return LoginPages.WriteGoOnAsync(context);
        }

        context.Response.Redirect("/");
        return Task.CompletedTask;
    }
}

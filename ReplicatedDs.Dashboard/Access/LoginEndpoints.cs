using Microsoft.AspNetCore.Antiforgery;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>
/// Turns the login secret into a cookie: <c>GET /login?t=…</c> is the link that the AppHost prints, <c>GET /login</c> a form for people, and
/// <c>POST /login</c> where it goes, with the form's anti-forgery token. Who fails too often is locked out for a while.
/// </summary>
internal static class LoginEndpoints
{
    public const string Field = "secret";

    /// <summary>Wrong secrets from one address, and from all of them, before nobody there may try again.</summary>
    public const int AddressFailuresMax = 10;
    public const int FailuresMax = 200;

    /// <summary>For so long.</summary>
    public static readonly TimeSpan LockedOut = TimeSpan.FromMinutes(5);

    private const int FormBytesMax = 8 << 10;

    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", FollowAsync).AllowAnonymous();
        routes.MapPost("/login", SubmitAsync).AllowAnonymous();
    }

    private static Task FollowAsync(HttpContext context, AccessTicket ticket, FailedAttempts attempts, IAntiforgery antiforgery)
    {
        var given = context.Request.Query["t"];
        return given.Count == 0 && !ticket.IsOpen
            ? LoginPages.WriteFormAsync(context, antiforgery, "Sign in", null)
            : AnswerAsync(context, ticket, attempts, given, () => LoginPages.WriteHowToGetInAsync(context, "This login address is not good"));
    }

    private static async Task SubmitAsync(HttpContext context, AccessTicket ticket, FailedAttempts attempts, IAntiforgery antiforgery)
    {
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = FormBytesMax;
        }

        if (await ReadAsync(context) is not { } form || !await antiforgery.IsRequestValidAsync(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await LoginPages.WriteFormAsync(context, antiforgery, "This form is too old", "Sign in once more.");
            return;
        }

        await AnswerAsync(context, ticket, attempts, form[Field], () => LoginPages.WriteFormAsync(context, antiforgery, "Sign in", "That is not the secret of this dashboard."));
    }

    /// <summary>The form; <c>null</c>: it is none, or too large.</summary>
    private static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        try
        {
            return context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        }
        catch (Exception exception) when (exception is BadHttpRequestException or InvalidDataException)
        {
            return null;
        }
    }

    private static Task AnswerAsync(HttpContext context, AccessTicket ticket, FailedAttempts attempts, Microsoft.Extensions.Primitives.StringValues given, Func<Task> refuse)
    {
        context.Response.Headers.CacheControl = "no-store";
        var address = context.Connection.RemoteIpAddress;
        if (attempts.LockedFor(address) is { } wait)
        {
            // The secret is not even looked at: a right guess must not be told from a wrong one.
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return LoginPages.WriteLockedAsync(context, wait);
        }

        if (!ticket.IsOpen && !ticket.AcceptsToken(given))
        {
            attempts.Failed(address);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return refuse();
        }

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

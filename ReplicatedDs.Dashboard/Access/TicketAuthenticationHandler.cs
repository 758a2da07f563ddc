using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>Lets in whoever carries the login cookie; tells everybody else how to get in.</summary>
internal sealed class TicketAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AccessTicket ticket)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Ticket";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!ticket.AcceptsCookie(Request.Cookies[AccessTicket.CookieName(Request)]))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator")], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return LoginPages.WriteHowToGetInAsync(Context, "This browser is not signed in");
    }
}

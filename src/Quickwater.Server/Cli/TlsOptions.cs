using System.CommandLine;
using System.CommandLine.Parsing;
using Quickwater.Net;

namespace Quickwater.Server;

/// <summary>The options <c>--tls</c>, <c>--ca</c>, <c>--pin</c>, <c>--certificate</c> and <c>--key</c> of commands that connect.</summary>
internal sealed class TlsOptions
{
    private readonly Option<bool> _tls = new("--tls")
    {
        Description = "Speak TLS. The server's certificate must come from an authority that this machine trusts, and be made for HOST.",
    };

    private readonly Option<string?> _ca = new("--ca") { Description = "PEM file with the authorities that are trusted instead.", HelpName = "FILE" };

    private readonly Option<string?> _pin = new("--pin")
    {
        Description = "Accept the certificate with this SHA-256 fingerprint only; without --ca, whoever made it and for whatever name.", HelpName = "FINGERPRINT",
    };

    private readonly Option<string?> _certificate = new("--certificate") { Description = "PEM file with a certificate to show to the server.", HelpName = "FILE" };

    private readonly Option<string?> _key = new("--key") { Description = "PEM file with its key; without, that of --certificate.", HelpName = "FILE" };

    /// <summary>Adds the options to a command. What does not go together is told as wrong usage.</summary>
    public void AddTo(Command command)
    {
        Option<string?>[] others = [_ca, _pin, _certificate, _key];
        command.Add(_tls);
        foreach (var option in others)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (!result.GetValue(_tls) && Array.Find(others, option => Text(result, option) is not null) is { } idle)
            {
                result.AddError($"{idle.Name} is for TLS: give --tls with it.");
            }

            foreach (var wrong in Options(Text(result, _ca), Text(result, _pin), Text(result, _certificate), Text(result, _key)).Validate())
            {
                result.AddError($"{wrong}.");
            }
        });
    }

    /// <summary>What was chosen; null without TLS.</summary>
    public TlsClientOptions? Of(ParseResult parse) =>
        parse.GetValue(_tls) ? Options(parse.GetValue(_ca), parse.GetValue(_pin), parse.GetValue(_certificate), parse.GetValue(_key)) : null;

    /// <summary>What is wrong with a file that an option named, without the name of our own parameter, which the runtime adds.</summary>
    public static string Problem(ArgumentException e) => e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);

    // An option without its text is wrong usage by itself, and asking for its value throws.
    private static string? Text(CommandResult result, Option<string?> option) => result.GetResult(option)?.Tokens is [var token] ? token.Value : null;

    private static TlsClientOptions Options(string? ca, string? pin, string? certificate, string? key) =>
        new() { Ca = ca ?? "", Pin = pin ?? "", Certificate = certificate ?? "", Key = key ?? certificate ?? "" };
}

using System.Globalization;
using System.Text;

namespace Quickwater.Core;

/// <summary>Text that a peer chose, made fit for a terminal or a log. Every such text passes here before it is shown.</summary>
public static class PeerText
{
    /// <summary>
    /// The text as one line that does nothing to a terminal: controls, line ends and marks that turn the direction of writing are spelled out,
    /// as <c>\n</c> or <c>\u001b</c>. The text itself when there are none.
    /// </summary>
    public static string Printable(string text)
    {
        var at = IndexOfUnprintable(text);
        if (at < 0)
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16).Append(text, 0, at);
        foreach (var c in text.AsSpan(at))
        {
            if (IsPrintable(c))
            {
                line.Append(c);
            }
            else
            {
                line.Append(c switch
                {
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                });
            }
        }

        return line.ToString();
    }

    private static int IndexOfUnprintable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsPrintable(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // U+2028 and U+2029 end lines; the others turn the direction in which what follows is shown.
    private static bool IsPrintable(char c) =>
        !char.IsControl(c) && c is not ('\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}

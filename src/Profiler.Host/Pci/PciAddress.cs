using System.Globalization;
using System.Text.RegularExpressions;

namespace Profiler.Host.Pci;

/// <summary>The address of a PCI function, written as the kernel does: <c>0000:01:00.0</c>, the "BDF".</summary>
/// <param name="Domain">0 to 0xffffffff; more than 16 bits on hosts with VMD or Hyper-V.</param>
/// <param name="Bus">0 to 255.</param>
/// <param name="Device">0 to 31.</param>
/// <param name="Function">0 to 7.</param>
public readonly partial record struct PciAddress(uint Domain, byte Bus, byte Device, byte Function)
{
    /// <summary>Reads <c>0000:01:00.0</c>, or <c>01:00.0</c> as lspci prints it where there is one domain only.</summary>
    public static bool TryParse(string text, out PciAddress address)
    {
        address = default;
        Match match = Pattern().Match(text);
        if (!match.Success)
            return false;
        string domain = match.Groups["domain"].Value;
        address = new PciAddress(
            domain.Length == 0 ? 0 : Hex(domain),
            (byte)Hex(match.Groups["bus"].Value),
            (byte)Hex(match.Groups["device"].Value),
            (byte)Hex(match.Groups["function"].Value));
        return true;
    }

    public override string ToString() => $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function}";

    private static uint Hex(string digits) => uint.Parse(digits, NumberStyles.AllowHexSpecifier);

    [GeneratedRegex(
        @"\A((?<domain>[0-9a-f]{1,8}):)?(?<bus>[0-9a-f]{1,2}):(?<device>[01]?[0-9a-f])\.(?<function>[0-7])\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

namespace Profiler.Host.Vms;

/// <summary>Name and UUID of a VM in the arguments of QEMU (qemu(1)).</summary>
internal static class QemuCommandLine
{
    /// <summary><c>-name guest=NAME,debug-threads=on</c>, or <c>-name NAME</c>; a comma in the name is doubled.</summary>
    public static string? NameIn(Arguments arguments)
    {
        if (arguments.ValueOf("name") is not { } value)
            return null;
        string[] parts = value.Replace(",,", "\0", StringComparison.Ordinal).Split(',');
        string? guest = parts.FirstOrDefault(p => p.StartsWith("guest=", StringComparison.Ordinal))?[6..]
            ?? parts.FirstOrDefault(p => !p.Contains('=', StringComparison.Ordinal));
        return string.IsNullOrEmpty(guest) ? null : guest.Replace('\0', ',');
    }

    /// <summary><c>-uuid UUID</c>.</summary>
    public static string? UuidIn(Arguments arguments) => arguments.ValueOf("uuid");
}

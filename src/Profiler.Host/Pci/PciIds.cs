using System.IO.Compression;

namespace Profiler.Host.Pci;

/// <summary>Names of vendors and devices.</summary>
/// <param name="Vendor">Null if the database does not know it.</param>
/// <param name="Device">Null if the database does not know it.</param>
public readonly record struct PciName(string? Vendor, string? Device);

/// <summary>
/// The database of PCI IDs, if one is installed (package pci.ids or hwdata). Each look-up reads it line by line up to the answer,
/// and answers are kept. For one thread at a time.
/// </summary>
/// <param name="paths">The first that exists is used.</param>
public sealed class PciIds(params string[] paths)
{
    private readonly Dictionary<(string, string), PciName> _answers = [];

    /// <summary>That of this machine.</summary>
    public static PciIds Installed { get; } = new(
        "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids.gz", "/usr/share/hwdata/pci.ids.gz");

    /// <summary>The names of a vendor and its device.</summary>
    /// <param name="vendor">Four hexadecimal digits, lower case.</param>
    /// <param name="device">Four hexadecimal digits, lower case.</param>
    public PciName Find(string vendor, string device)
    {
        if (!_answers.TryGetValue((vendor, device), out PciName name))
            _answers[(vendor, device)] = name = Read(vendor, device);
        return name;
    }

    private PciName Read(string vendor, string device)
    {
        if (paths.FirstOrDefault(File.Exists) is not { } path)
            return default;
        try
        {
            using Stream file = File.OpenRead(path);
            using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var lines = new StreamReader(text);
            return Find(lines, vendor, device);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return default; // names are optional
        }
    }

    // "vvvv  name" at the start of a line, then its devices as "<tab>dddd  name"; two tabs are subsystems, '#' comments.
    private static PciName Find(StreamReader lines, string vendor, string device)
    {
        string? vendorName = null;
        while (lines.ReadLine() is { } line)
        {
            if (vendorName is null)
                vendorName = NameAfter(vendor, line);
            else if (line.StartsWith('\t'))
            {
                if (NameAfter(device, line.AsSpan(1)) is { } deviceName)
                    return new PciName(vendorName, deviceName);
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
                break; // the next vendor
        }
        return new PciName(vendorName, null);
    }

    private static string? NameAfter(string id, ReadOnlySpan<char> line) =>
        line.StartsWith(id, StringComparison.Ordinal) && line[id.Length..].StartsWith("  ", StringComparison.Ordinal)
            ? line[id.Length..].Trim().ToString()
            : null;
}
